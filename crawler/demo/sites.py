"""A port in, a sites.toml out: the stanzas that point a crawler at the demo's outlets. Writes no file."""

from __future__ import annotations

from .outlets import OUTLETS

DELAY_SECONDS = 0.02  # loopback; a real site gets seconds


def sites_toml(port: int) -> str:
    """The whole text of a sites.toml for a newsroom on this port."""
    lines = [
        "# The demo newsroom: eight small outlets on this machine.",
        'allow_addresses = ["127.0.0.0/8", "::1/128"]  # they live on loopback, which is refused otherwise',
        'contact = "mailto:demo@broadsheet.invalid"',
    ]
    for outlet in OUTLETS:
        lines += [
            "",
            "[[site]]",
            f'name = "{outlet.name}"',
            f'home = "http://{outlet.name}.localhost:{port}/"',
            f"delay_seconds = {DELAY_SECONDS}",
        ]
    return "\n".join(lines) + "\n"
