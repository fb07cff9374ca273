"""A short block's text in, what its words say it may be, out: one figure a sign, of which none decides alone.

Words in some twenty languages. Whole words are looked up, pieces of words and phrases are searched for: some
eight times as fast as one pattern a sign.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"\w+")

# Whole words, anywhere.
_ANY = {
    "agency": "dpa afp reuters ap getty epa sda apa efe ansa imago shutterstock istock",
    "bio": "writes covers reports works joined schreibt arbeitet berichtet écrit couvre travaille escribe cubre "
    "trabaja scrive author journalist redakteur redakteurin editor reporter journaliste periodista jornalista "
    "giornalista dziennikarz dziennikarka redaktor журналист журналистка корреспондент кореспондент muhabir toimittaja "
    "wartawan 記者 记者 기자",
    "we": "we our us ours wir uns unser unsere unserem unseren unserer nous notre nos nosotros nuestro nuestra "
    "nuestros nuestras noi nostro nostra nostri ons onze vi vår våra vores nós nosso nossa мы наш наша наши нас",
    "you": "you your sie ihr ihre vous votre usted su tu tuo jij uw você seu вы ваш ваша вам",
}
# The words that it begins with.
_FIRST = {
    "more": "read more|read next|read also|also read|must read|see also|related|more on|watch|listen|click|lesen sie|"
    "mehr zum|mehr dazu|mehr zu|siehe auch|lire aussi|à lire|voir aussi|lee también|leer más|ver también|leggi anche|"
    "lees ook|les også|läs mer|läs också|weiterlesen|in diesem|in this|lies auch|auch interessant|passend dazu|"
    "lire également|lisez|sur le même sujet|lea también|lea más|lea además|lea aquí|te puede interesar|"
    "le puede interesar|vea también|mira también|sigue leyendo|leia|veja|saiba mais|confira|leggi pure|leggi tutto|"
    "potrebbe interessarti|ti potrebbe interessare|per approfondire|"
    "lees meer|lees verder|bekijk ook|les mer|läs även|læs også|læs mere|lue myös|lue lisää|katso myös|czytaj|zobacz|"
    "przeczytaj|polecamy|čtěte|přečtěte|citește|vezi și|kapcsolódó|lásd még|читайте|смотрите также|подробнее|"
    "дивіться|διαβάστε|δείτε|ayrıca oku|ilgili haber|baca juga|baca selengkapnya|lihat juga|simak|xem thêm|đọc thêm|"
    "اقرأ|إقرأ|شاهد|関連記事|相关阅读|相关新闻|延伸阅读|推荐阅读|관련기사|관련 기사",
    "photo": "photo|foto|bild|image|picture|credit|source|quelle|crédit|fuente|video|imagen|imagem|immagine|fotografía|"
    "crédito|fonte|fotó|zdjęcie|fot|źródło|bilde|billede|kuva|källa|kilde|lähde|фото|источник|джерело|φωτο|gambar|"
    "sumber|ảnh|写真|画像|出典|사진|图|来源",
    "by": "by|von|par|por|di|da|de|door|written by|text|autor|author|av|af|autorka|tekst|автор|текст|oleh|yazan|文|"
    "作者",
    "share": "share|tweet|teilen|partager|compartir|facebook|whatsapp|follow|print|drucken|pin|condividi|compartilhar|"
    "compartilhe|delen|dela|jaa|udostępnij|sdílet|поделиться|поширити|paylaş|bagikan|chia sẻ|共有|シェア|分享|공유",
    "link_end": "hier|here|click|klicken",
    "act": "contact|call|visit|explore|discover|learn more|find out|get started|get in touch|get a|get your|request|"
    "ready|ready to|looking for|need|want|want to|try|download|book|schedule|apply|join|sign|subscribe|register|start|"
    "check out|see how|talk to|reach out|to learn|for more|if you|interested in|don t|let us|have questions|shop|"
    "jetzt|kontaktieren|erfahren sie|entdecken sie|contactez|découvrez|contacta|descubre|contatta|scopri|descubra|"
    "entre em contato|ontdek|neem contact|upptäck|odkryj|узнайте",
    "note": "this article|this post|this story|this blog|this page|this content|this website|this site|disclaimer|note|"
    "editor|editor s|about|sources|source|references|reference|disclosure|correction|image|images|photo|photos|"
    "originally|an earlier|a version|the views|the opinions|the information|opinions expressed|dieser artikel|"
    "dieser beitrag|hinweis|anmerkung|cet article|este artículo|questo articolo|with reporting|additional reporting|"
    "quellen|fuentes|nota|fonti|fontes|este artigo|bronnen|källor|kilder|źródła|источники|примечание",
    "heads_list": "table of contents|contents|in this article|inhaltsverzeichnis|inhalt|auf einen blick|key takeaways|"
    "at a glance|highlights|sommaire|índice|contenido|sumário|indice|inhoud|innehåll|indhold|spis treści|содержание|"
    "目次|目录|목차",
    "advertisement": "advertisement|advertisements|sponsored|anzeige|werbung|publicité|publicidad|reklam|ad|"
    "publicidade|pubblicità|reklama|реклама|reclame|advertentie|annonse|annons|mainos|iklan|hirdetés|広告|广告|광고",
}
# Pieces, anywhere.
_WITHIN = {
    "copyright": "©|(c)|copyright|all rights reserved|alle rechte|tous droits|todos los derechos|todos os direitos|"
    "tutti i diritti|wszelkie prawa|все права|всі права|tüm hakları|無断|转载|무단",
    "address": "http:|https:|www.|.com|.org|.net|.de/|@",
    "agency": "associated press|picture alliance",
    "photo": "photo by|photograph by|foto:|photo:|фото:",
    "comment": "comment|kommentar|comentario|reply|antwort|log in|login|sign in|sign up|anmelden|comentário|commento|"
    "komentar|reactie|коммент|комент|yorum|コメント|评论|댓글",
    "letter": "newsletter|subscribe|abonn|suscr|iscriviti|sign up|inbox|email|e-mail|boletín|nieuwsbrief|nyhetsbrev|"
    "nyhedsbrev|uutiskirje|assine|рассылк|bülten|ニュースレター|뉴스레터",
    "template": "{{|{%|{*|${|*}|}}|%}",
    "consent": "cookie|consent|personenbezogen|einverstanden|datenschutz|privacy|externe inhalt|externer inhalt|"
    "externen inhalt|external content|données personnelles|privacidad|confidentialité|конфиденциаль|gizlilik",
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
_WITHIN_OF: dict[str, int] = {}
for _sign, _text in _WITHIN.items():
    for _piece in _text.split("|"):
        _WITHIN_OF[_piece] = _WITHIN_OF.get(_piece, 0) | _BITS[_sign]
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
        self._within = [(piece, bit) for piece, bit in _WITHIN_OF.items() if piece in page]

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
