"""Pages of the class reference, from the XML of the editor's help."""

from tools.class_pages import class_pages

ZONE = """<?xml version="1.0" encoding="UTF-8" ?>
<class name="Zone" inherits="Node2D">
<brief_description>A place.</brief_description>
<description>A [code]Guard[/code] watches a [code]Zone[/code], if 1 &lt; 2 * x.</description>
<methods>
<method name="made" qualifiers="static">
<return type="Zone" />
<param index="0" name="mode" type="int" enum="Guard.Mode" />
<param index="1" name="size" type="float" default="1.0" />
<description>Makes one.

[param mode]: how it is.
[param size]: in metres, more than [code]0[/code].

[b]Raises:[/b]
Error: it is too large.</description>
</method>
</methods>
<members></members>
<signals>
<signal name="touched">
<param index="0" name="info" type="Dictionary" />
<description>Somebody touched it.</description></signal>
</signals>
<constants></constants>
</class>"""
GUARD = """<?xml version="1.0" encoding="UTF-8" ?>
<class name="Guard" inherits="Zone">
<brief_description>Watches.</brief_description>
<description>Watches.</description>
<methods>
<method name="rest" qualifiers="vararg"><return type="void" /><description></description></method>
</methods>
<members>
<member name="mode" type="int" enum="Guard.Mode" setter="s" getter="g" default="1">How.</member>
<member name="title" type="String" setter="s" getter="g" default="&quot;&quot;">Its name.</member>
</members>
<signals></signals>
<constants>
<constant name="ASLEEP" value="0" enum="Mode">Sleeps | snores.</constant>
<constant name="AWAKE" value="1" enum="Mode">Looks.</constant>
</constants>
</class>"""


def test_a_page_has_all_that_the_help_tells():
    assert class_pages([ZONE, GUARD]) == {
        "index": class_pages([GUARD, ZONE])["index"],
        "Guard": """# Guard

Extends [`Zone`](Zone.md).

Watches.

## Properties

### mode

`mode: Guard.Mode = AWAKE`

How.

### title

`title: String = ""`

Its name.

## Methods

### rest

`rest(...) -> void`

## Mode

| constant | value | |
|---|---|---|
| `ASLEEP` | 0 | Sleeps \\| snores. |
| `AWAKE` | 1 | Looks. |
""",
        "Zone": """# Zone

Extends `Node2D`.

A place.

A [`Guard`](Guard.md) watches a `Zone`, if 1 \\< 2 \\* x.

## Methods

### made

`static made(mode: Guard.Mode, size: float = 1.0) -> Zone`

Makes one.

- `mode`: how it is.
- `size`: in metres, more than `0`.

**Raises:**

- Error: it is too large.

## Signals

### touched

`touched(info: Dictionary)`

Somebody touched it.
""",
    }


def test_the_index_lists_all_classes():
    index = class_pages([ZONE, GUARD])["index"]
    assert index.endswith("\n\n- [`Guard`](Guard.md): Watches.\n- [`Zone`](Zone.md): A place.\n")
