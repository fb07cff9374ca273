"""A short block's text in, what its words say it may be, out: one figure a sign, of which none decides alone.

Words in the languages of the corpora. Whole words are looked up, pieces of words and phrases are searched for: some
eight times as fast as one pattern a sign.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"\w+")

# Whole words, anywhere.
_ANY = {
    "agency": "dpa afp reuters ap getty epa sda apa efe ansa imago shutterstock istock",
    "bio": "writes covers reports works joined schreibt arbeitet berichtet écrit couvre travaille escribe cubre "
    "trabaja scrive author journalist redakteur redakteurin editor reporter",
    "we": "we our us ours wir uns unser unsere unserem unseren unserer nous notre nos nosotros nuestro nuestra "
    "nuestros nuestras noi nostro nostra nostri ons onze vi vår våra vores",
    "you": "you your sie ihr ihre vous votre usted su tu tuo jij uw",
}
# The words that it begins with.
_FIRST = {
    "more": "read more|read next|read also|also read|must read|see also|related|more on|watch|listen|click|lesen sie|"
    "mehr zum|mehr dazu|mehr zu|siehe auch|lire aussi|à lire|voir aussi|lee también|leer más|ver también|leggi anche|"
    "lees ook|les også|läs mer|läs också|weiterlesen|in diesem|in this",
    "photo": "photo|foto|bild|image|picture|credit|source|quelle|crédit|fuente|video",
    "by": "by|von|par|por|di|da|de|door|written by|text|autor|author",
    "share": "share|tweet|teilen|partager|compartir|facebook|whatsapp|follow|print|drucken|pin",
    "link_end": "hier|here|click|klicken",
    "act": "contact|call|visit|explore|discover|learn more|find out|get started|get in touch|get a|get your|request|"
    "ready|ready to|looking for|need|want|want to|try|download|book|schedule|apply|join|sign|subscribe|register|start|"
    "check out|see how|talk to|reach out|to learn|for more|if you|interested in|don t|let us|have questions|shop|"
    "jetzt|kontaktieren|erfahren sie|entdecken sie|contactez|découvrez|contacta|descubre|contatta|scopri",
    "note": "this article|this post|this story|this blog|this page|this content|this website|this site|disclaimer|note|"
    "editor|editor s|about|sources|source|references|reference|disclosure|correction|image|images|photo|photos|"
    "originally|an earlier|a version|the views|the opinions|the information|opinions expressed|dieser artikel|"
    "dieser beitrag|hinweis|anmerkung|cet article|este artículo|questo articolo|with reporting|additional reporting",
    "heads_list": "table of contents|contents|in this article|inhaltsverzeichnis|inhalt|auf einen blick|key takeaways|"
    "at a glance|highlights|sommaire|índice",
    "advertisement": "advertisement|advertisements|sponsored|anzeige|werbung|publicité|publicidad|reklam|ad",
}
# Pieces, anywhere.
_WITHIN = {
    "copyright": "©|(c)|copyright|all rights reserved|alle rechte|tous droits|todos los derechos",
    "address": "http:|https:|www.|.com|.org|.net|.de/|@",
    "agency": "associated press|picture alliance",
    "photo": "photo by|photograph by|foto:|photo:",
    "comment": "comment|kommentar|comentario|reply|antwort|log in|login|sign in|sign up|anmelden",
    "letter": "newsletter|subscribe|abonn|suscr|iscriviti|sign up|inbox|email|e-mail",
    "template": "{{|{%|{*|${|*}|}}|%}",
    "consent": "cookie|consent|personenbezogen|einverstanden|datenschutz|privacy|externe inhalt|externer inhalt|"
    "externen inhalt|external content|données personnelles",
    "bio": "has covered|has written|has worked|has been|is a |is an |is the |ist redakt|ist autor|ist report|"
    "ist korresp|ist freie",
}
# What it ends with, brackets and quotes apart; ¦ stands for an upright stroke.
_LAST = {
    "question": "?|？",
    "colon": ":|：",
    "ellipsis": "…|...|[…]|»|>|→",
    "link_end": "¦ mehr|¦ audio|¦ video|¦ more|¦ bilder|¦ galerie",
}
SIGNS = tuple(dict.fromkeys([*_WITHIN, *_FIRST, *_ANY, *_LAST, "quoted", "numbered"]))
_BITS = {sign: 1 << position for position, sign in enumerate(SIGNS)}
_ANY_BITS: dict[str, int] = {}
for _sign, _text in _ANY.items():
    for _word in _text.split():
        _ANY_BITS[_word] = _ANY_BITS.get(_word, 0) | _BITS[_sign]
_ANY_WORDS = frozenset(_ANY_BITS)
# By the first word of each phrase, by the last letter of each ending: most texts share none.
_FIRST_OF: dict[str, list[tuple[str, int]]] = {}
for _sign, _text in _FIRST.items():
    for _phrase in _text.split("|"):
        _FIRST_OF.setdefault(_phrase.split()[0], []).append((f"{_phrase} ", _BITS[_sign]))
_WITHIN_OF = [(piece, _BITS[sign]) for sign, text in _WITHIN.items() for piece in text.split("|")]
_LAST_OF: dict[str, list[tuple[str, int]]] = {}
for _sign, _text in _LAST.items():
    for _end in _text.replace("¦", "\0").split("|"):
        _LAST_OF.setdefault(_end[-1], []).append((_end.replace("\0", "|"), _BITS[_sign]))
_QUOTES = tuple("\"“„«»‚'‘")
_CLOSING = ' )]"”“’»'


def words_of(folded: str) -> list[str]:
    """The words of a case folded text."""
    return _WORDS.findall(folded)


class Signs:
    """Which signs the blocks of one page show."""

    def __init__(self, page: str) -> None:
        """`page`: all its text, case folded; what no block of it holds is not looked for in each."""
        self._within = [(piece, bit) for piece, bit in _WITHIN_OF if piece in page]

    def of(self, folded: str, words: list[str]) -> int:
        """Which of `SIGNS` a case folded text shows, as bits in their order. `words`: its words."""
        bits = 0
        for word in _ANY_WORDS.intersection(words):
            bits |= _ANY_BITS[word]
        for piece, bit in self._within:
            if piece in folded:
                bits |= bit
        if words and (phrases := _FIRST_OF.get(words[0])):
            beginning = " ".join(words[:4]) + " "
            for phrase, bit in phrases:
                if beginning.startswith(phrase):
                    bits |= bit
        end = folded.rstrip(_CLOSING) or folded
        for text in (folded, end):
            for ending, bit in _LAST_OF.get(text[-1:], ()):
                if text.endswith(ending):
                    bits |= bit
        if folded.startswith(_QUOTES):
            bits |= _BITS["quoted"]
        if len(words) > 1 and len(words[0]) < 4 and words[0].isdecimal():
            bits |= _BITS["numbered"]
        return bits
