"""What anybody may take along: tables, their schemas, the catalogue, feeds of changes, the addresses of all public pages."""
