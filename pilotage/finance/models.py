"""The models of this room, each kept in a module of its own."""
