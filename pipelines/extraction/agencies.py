"""A piece of a byline in; the news agencies it names out. No people, no sites."""

import re

# Those whose copy other publishers print, by the names they go by in bylines.
_AGENCIES = (
    "AFP", "Agence France-Presse", "AP", "The Associated Press", "Associated Press", "Reuters", "Thomson Reuters",
    "dpa", "Deutsche Presse-Agentur", "dpa-AFX", "dpa-infocom", "dpa-tmn", "SID", "epd", "KNA", "kathpress", "APA",
    "Austria Presse Agentur", "Keystone-SDA", "SDA", "Keystone-ATS", "ATS", "awp", "ANSA", "AGI", "Adnkronos",
    "LaPresse", "EFE", "Europa Press", "Lusa", "PA", "PA Media", "Press Association", "UPI", "Bloomberg",
    "Bloomberg News",
    "Xinhua", "Kyodo", "Kyodo News", "Jiji", "Jiji Press",
    "Yonhap", "PTI", "Press Trust of India", "ANI", "IANS",
    "TASS", "RIA Novosti", "Interfax", "Ukrinform", "Anadolu", "Anadolu Agency", "Anadolu Ajansı", "İHA", "DHA",
    "IRNA", "WAM", "SPA", "MENA", "AAP", "Australian Associated Press", "The Canadian Press", "Canadian Press",
    "Belga", "ANP", "Ritzau", "NTB", "TT", "STT", "PAP", "ČTK", "CTK", "MTI", "BTA", "Agerpres", "Mediafax", "Tanjug",
    "Hina", "Fena", "Bernama", "Antara", "VNA", "TTXVN", "Notimex", "Télam", "Telam", "Andina", "ERBOL", "ABI",
    "Agencia Brasil", "Agência Brasil", "Folhapress", "Estadão Conteúdo", "SAPA", "CNN Wire", "Tribune News Service",
    "The Washington Post News Service", "StatePoint", "AFX", "news aktuell", "ots", "Agencias", "Agencies", "Agenturen",
    "Agences", "Agenzie", "Agências", "Redacción y agencias", "Wire reports", "Wire services", "News Agencies",
)  # fmt: skip
_EXACT = {re.sub(r"\W+", "", name).casefold(): name for name in _AGENCIES}
# In capitals or not, two letters may be anybody's initials: only as agencies write themselves.
_CASED = {
    "AP",
    "PA",
    "TT",
    "SID",
    "SPA",
    "AGI",
    "ABI",
    "ANI",
    "WAM",
    "MENA",
    "ATS",
    "APA",
    "Hina",
    "Fena",
    "VNA",
    "ots",
}
_MARK = re.compile(r"\s*(?:/|\+|,|\s[-–—]\s|\bmit\b|\bwith\b|\bavec\b|\bcon\b|\be\b|\bet\b|\bund\b|\band\b|&)\s*")
_AROUND = re.compile(
    r"^\W*(?:by|von|par|por|with|mit|avec|quelle:|source:|agencia|agence|agenzia|agentur)\s+|\W+$", re.I
)


def agencies_in(piece: str) -> tuple[str, ...]:
    """“dpa/lno” → dpa; empty where the piece is more than agencies and their desks."""
    if len(piece) > 60:
        return ()
    parts = [_AROUND.sub("", part) for part in _MARK.split(_AROUND.sub("", piece.strip(" ()[]"))) if part.strip()]
    found = [name for part in parts if (name := _agency(part))]
    # What stands beside is a desk (“dpa/lno”), another reporter's sign (“AFP/jk”): lower case and short, or nothing.
    rest = [part for part in parts if not _agency(part)]
    return tuple(dict.fromkeys(found)) if found and all(len(part) <= 4 and part.islower() for part in rest) else ()


def _agency(part: str) -> str | None:
    known = _EXACT.get(re.sub(r"\W+", "", part).casefold())
    return known if known is not None and (known not in _CASED or known == part.strip()) else None
