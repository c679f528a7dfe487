"""Papers: PDF files set by Typst from a template of this package and data of the caller."""

from pilotage.core.documents.fonts import DocumentError, Font, chinese_font, named_fonts
from pilotage.core.documents.rendering import render, typeset

__all__ = ["DocumentError", "Font", "chinese_font", "named_fonts", "render", "typeset"]
