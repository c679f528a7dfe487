"""Named reads of the directory; each says what it costs."""
