"""Discord's markdown, parsed and rendered by the page's own modules in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.browser.conftest import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.browser.conftest import Demo
    from tests.browser.visitor import Visitor

    Visit = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
# The rendered nodes as markup, with classes of our own left out, and links cut to their address.
RENDER = """
async (source) => {
  const { renderMarkdown } = await import('/page/js/markdown/render.js');
  const names = {
    user: (id) => id === '1' ? { display_name: 'Mina' } : null, role: (id) => id === '2' ? { name: 'Fans' } : null,
    channels: new Map([['3', { name: 'general' }]]), now: () => 1_800_000_000_000, me: { id: '9' }, go: () => {},
  };
  const box = document.createElement('div');
  box.append(...renderMarkdown(source, names));
  for (const one of box.querySelectorAll('*')) {
    for (const { name } of [...one.attributes]) if (!['href', 'start'].includes(name)) one.removeAttribute(name);
  }
  return box.innerHTML;
}
"""
CASES = {
    "**b** *i* _i_ __u__ ~~s~~": "<strong>b</strong> <em>i</em> <em>i</em> <u>u</u> <s>s</s>",
    "***both***": "<strong><em>both</em></strong>",
    "__*nested* words__": "<u><em>nested</em> words</u>",
    "snake_case_name": "snake_case_name",
    "2 * 3 * 4": "2 * 3 * 4",
    r"\*not\* \_this\_": "*not* _this_",
    "`a *b* c`": "<code>a *b* c</code>",
    "``a`b``": "<code>a`b</code>",
    "||dark||": "<span><span>dark</span></span>",
    "<@1> <@!1> <@7> <@&2> <@&8>": "<span>@Mina</span> <span>@Mina</span> <span>@unknown-user</span> "
    "<span>@Fans</span> <span>@deleted-role</span>",
    "<#3> <#4>": "<button>#general</button> <span>#deleted-channel</span>",
    "</daily list:5>": "<button>/daily list</button>",
    "<:korra:55> <a:wave:56>": ":korra: :wave:",
    "<t:1800000000:t> <t:1800000060:R>": "<time>08:00</time> <time>in 1 minute</time>",
    "<t:99999999999999999:F>": "<time>an impossible date</time>",
    "[words](https://a.example/x_y)": '<a href="https://a.example/x_y">words</a>',
    "[words](javascript:alert(1))": "[words](javascript:alert(1))",
    "[https://good.example](https://bad.example)": '[<a href="https://good.example">https://good.example</a>]'
    '(<a href="https://bad.example">https://bad.example</a>)',
    "see https://a.example/b.": 'see <a href="https://a.example/b">https://a.example/b</a>.',
    "<https://a.example>": '<a href="https://a.example">https://a.example</a>',
    "<b>bold</b> &amp;": "&lt;b&gt;bold&lt;/b&gt; &amp;amp;",
    "<img src=x onerror=alert(1)>": "&lt;img src=x onerror=alert(1)&gt;",
    "@everyone": "<span>@everyone</span>",
}
BLOCKS = {
    "# One\n## Two\n### Three\n#### Four": "<div>One</div><div>Two</div><div>Three</div><div>#### Four</div>",
    "-# small": "<div>small</div>",
    "> a\n> b\nc": "<blockquote><div>a\nb</div></blockquote><div>c</div>",
    ">>> a\nb": "<blockquote><div>a\nb</div></blockquote>",
    ">no": "<div>&gt;no</div>",
    "- a\n  - b\n- c": "<ul><li><div>a</div><ul><li><div>b</div></li></ul></li><li><div>c</div></li></ul>",
    "3. a\n4. b": '<ol start="3"><li><div>a</div></li><li><div>b</div></li></ol>',
    "```py\nx = *1*\n```after": "<pre><code>x = *1*</code></pre><div>after</div>",
    "a\n\nb": "<div>a\n\nb</div>",
    "**over\nlines**": "<div><strong>over\nlines</strong></div>",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare() -> AsyncIterator[Demo]:
    async with serving() as one:
        yield one


async def test_marks_within_a_line(bare: Demo, visit: Visit) -> None:
    tab = (await visit(bare, "Mina")).page
    shown = {source: await tab.evaluate(RENDER, source) for source in CASES}
    assert shown == {source: f"<div>{wanted}</div>" for source, wanted in CASES.items()}


async def test_blocks(bare: Demo, visit: Visit) -> None:
    tab = (await visit(bare, "Mina")).page
    shown = {source: await tab.evaluate(RENDER, source) for source in BLOCKS}
    assert shown == BLOCKS


@pytest.mark.parametrize(
    ("source", "levels"),
    [
        ("### small\n# large\n### small\n## middle", [3, 3, 4, 4]),
        ("# large\n## middle\n### small\n# large", [3, 4, 5, 3]),
    ],
)
async def test_no_level_of_headings_is_left_out(bare: Demo, visit: Visit, source: str, levels: list[int]) -> None:
    mina = await visit(bare, "Mina")
    await mina.go("daily-quotes")
    bare.sandbox.world.channel("daily-quotes").messages.clear()
    await mina.box.fill(source)
    await mina.keyboard.press("Enter")
    said = await mina.sees("large")
    found = [await one.get_attribute("aria-level") for one in await said.get_by_role("heading").all()]
    assert found == [str(each) for each in levels]


@pytest.mark.parametrize(
    "source", ["*" * 4000, "_" * 4000, "[" * 4000, "||" * 2000, "> " * 2000, "`" * 4000, "<@" * 2000]
)
async def test_nothing_that_people_type_holds_up_the_page(bare: Demo, visit: Visit, source: str) -> None:
    tab = (await visit(bare, "Mina")).page
    took = await tab.evaluate(
        "async (source) => { const { parseBlocks } = await import('/page/js/markdown/blocks.js');"
        " const before = performance.now(); parseBlocks(source); return performance.now() - before; }",
        source,
    )
    assert took < 1000
