"""A seed in, a picture out: a small landscape as SVG, so that pages look like pages. It shows nothing real."""

from __future__ import annotations

from random import Random


def picture(seed: str, colour: str) -> bytes:
    """An SVG of 640 × 360: sky, sun, three ranges of hills."""
    rng = Random(f"{seed}/picture")
    hue = rng.randrange(360)
    hills = []
    for n in range(3):
        base = 190 + 50 * n
        points = " ".join(f"{x},{base + rng.randrange(-38, 30)}" for x in range(0, 641, 64))
        fill = f"hsl({hue},{30 + 8 * n}%,{58 - 14 * n}%)"
        hills.append(f'<polygon points="0,360 {points} 640,360" fill="{fill}"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360">'
        f'<rect width="640" height="360" fill="hsl({(hue + 190) % 360},45%,82%)"/>'
        f'<circle cx="{rng.randrange(80, 560)}" cy="{rng.randrange(50, 140)}" r="{rng.randrange(22, 46)}" '
        'fill="#fff6d6"/>'
        f'{"".join(hills)}<rect y="352" width="640" height="8" fill="{colour}"/></svg>'
    ).encode()
