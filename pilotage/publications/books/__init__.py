"""Everything here that is a book: one model, compiled to PDF, Word, EPUB and pages of the web; and the sets of cases."""
