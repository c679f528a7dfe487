"""Markdown read once and written everywhere; what is hostile comes out as the text it is."""

from __future__ import annotations

import io

import pytest
import typst
from docx import Document

from pilotage.core import markup
from pilotage.core.markup.reading import MAX_LENGTH, MAX_LINE

TEXT = """\
# 一、问题 problem

第一行
第二行 **粗** *斜* `code` [site](https://example.org/a?b=1) [plan](/plans/x/)

- one
- two
  1. inner

> quoted

| 指标 | 值 |
|---|--:|
| 能耗 | 12 |

![产线](figure:plant)

---

```pilotage targets
year: 2023
names: [a, b]
```
"""
HOSTILE = '<script>alert(1)</script> [x](javascript:alert(1)) #read("secret.txt") \\" ] $a$ [y](//evil.example) &lt;b&gt; <!-- c -->'


def html(text: str) -> str:
    return str(markup.to_html(markup.parse(text)))


def set_by_typst(text: str) -> bytes:
    return bytes(typst.compile(markup.to_typst(markup.parse(text)).encode(), format="pdf"))


def test_blocks_in_order() -> None:
    kinds = [type(block).__name__ for block in markup.parse(TEXT)]
    assert kinds == ["Heading", "Paragraph", "Items", "Quote", "Grid", "Picture", "Rule", "Live"]


def test_lines_of_one_chinese_sentence_join_without_a_blank() -> None:
    assert markup.plain(markup.parse("第一行\n第二行\nabc\ndef")) == "第一行第二行 abc def"


def test_a_live_block_keeps_its_name_options_and_line() -> None:
    live = markup.parse(TEXT)[-1]
    assert live == markup.Live("targets", {"year": 2023, "names": ["a", "b"]}, 20)


def test_headings_have_anchors_in_order() -> None:
    assert markup.headings(markup.parse("# a\n\n### *b*\n")) == (markup.Line(1, "a", "s1"), markup.Line(3, "b", "s2"))


def test_the_page_has_every_block_escaped() -> None:
    shown = str(markup.to_html(markup.parse(TEXT), {"plant": "/p.png"}, 3))
    assert '<h3 id="s1">一、问题 problem</h3>' in shown
    assert '<a href="https://example.org/a?b=1" rel="nofollow noopener">site</a> <a href="/plans/x/">plan</a>' in shown
    assert "<ul><li>one</li><li>two\n<ol><li>inner</li></ol></li></ul>" in shown
    assert '<td class="is-right">12</td>' in shown
    assert '<img src="/p.png" alt="产线" loading="lazy"/><figcaption>产线</figcaption>' in shown


def test_a_live_block_is_filled_by_the_caller_and_escaped_unless_safe() -> None:
    blocks = markup.parse("```pilotage a\n```")
    assert str(markup.to_html(blocks, live=lambda each: f"<b>{each.name}</b>")) == "&lt;b&gt;a&lt;/b&gt;"


def test_hostile_text_stays_text_on_a_page() -> None:
    shown = html(HOSTILE)
    assert "<script" not in shown
    assert "href" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1))" in shown


def test_hostile_text_stays_text_on_paper() -> None:
    assert set_by_typst(HOSTILE)[:5] == b"%PDF-"
    assert markup.to_typst(markup.parse('#read("x") \\')) == '#"#read(\\"x\\") \\\\"#parbreak()'


def test_everything_is_set_on_paper_and_in_word() -> None:
    assert set_by_typst(TEXT)[:5] == b"%PDF-"
    document = Document()
    markup.to_docx(document, markup.parse(TEXT + HOSTILE))
    document.save(io.BytesIO())
    words = [line.text for line in document.paragraphs]
    assert words[:3] == ["一、问题 problem", "第一行第二行 粗 斜 code site plan", "•\tone"]
    assert words[-1].startswith("<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://a.example/x", True),
        ("mailto:a@b.example", True),
        ("/plans/", True),
        ("#s1", True),
        ("page/two?q=a:b", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("\\\\evil.example", False),
        ("/\\evil.example", False),
        ("file:///etc/passwd", False),
        ("vbscript:x", False),
    ],
)
def test_addresses(address: str, is_safe: bool) -> None:
    assert markup.is_safe_link(address) == is_safe


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\n![x](https://a.example/b.png)", 3),
        ("![x](figure:../../etc)", 1),
        ("words ![x](figure:a) words", 1),
        ("```pilotage Bad Name\n```", 1),
        ("a\n\n```pilotage x\na: {b: 1}\n```", 3),
        ("```pilotage x\n[: \n```", 1),
        ("```pilotage x\na: !!python/object/apply:os.system [x]\n```", 1),
        ("a" * (MAX_LENGTH + 1), 0),
        ("a\n" + "b" * (MAX_LINE + 1), 2),
        ("a\n" * 6000, 0),
        ("> " * 900, 1),
        ("\n".join(["[" * 15000] * 12), 1),
    ],
)
def test_what_cannot_be_taken_is_said_with_its_line(text: str, line: int) -> None:
    with pytest.raises(markup.MarkupError) as refused:
        markup.parse(text)
    assert (refused.value.line, bool(refused.value.sentence)) == (line, True)


def test_letters_no_file_may_hold_are_dropped() -> None:
    assert markup.plain(markup.parse("a\x00b\x0bc\ufffed")) in {"abcd", "a\ufffdbcd"}
