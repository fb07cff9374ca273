"""Of 500 pieces of content that articles repeat none is taken out; of the furniture beside them, all of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest
from readings import block, reading, table

from pipelines.boilerplate import learn
from pipelines.clean_articles import clean
from warehouse import BlockRow

SITES = 10
PIECES = 50  # on each
TONGUES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja")

DATELINES = (
    [
        "LONDON (Reuters) –",
        "PARIS (AFP) -",
        "WASHINGTON (AP) —",
        "NEW YORK (Bloomberg) --",
        "MANCHESTER, England (AP) —",
    ],
    ["BERLIN (dpa) -", "FRANKFURT/MAIN (dpa/EB) –", "WIEN (APA)", "Bern (SDA) –", "KÖLN (epd)."],
    ["PARIS (Reuters) –", "Bruxelles (Belga) –", "GENÈVE (ATS)", "LYON (AFP) —", "Montréal (CP) –"],
    ["MADRID, 22 Nov. (EUROPA PRESS) -", "Ciudad de México (EFE).-", "BUENOS AIRES (Télam) –", "BOGOTÁ (Reuters) –"],
    ["ROMA (ANSA) -", "(ANSA) - MILANO", "TORINO (AdnKronos) –", "Palermo (Reuters) –"],
    ["LISBOA (Lusa) –", "SÃO PAULO (Reuters) -", "Brasília (Agência Brasil) –", "PORTO (Lusa)"],
    ["AMSTERDAM (ANP) -", "DEN HAAG (ANP)", "Brussel (Belga) –", "ROTTERDAM (Reuters) –"],
    ["WARSZAWA (PAP) –", "Kraków (PAP) -", "GDAŃSK (PAP)", "Łódź (Reuters) –"],
    ["МОСКВА (Reuters) -", "МОСКВА, 22 ноя (РИА Новости) –", "МИНСК (ТАСС) —", "КИЕВ (Интерфакс) –"],
    ["東京 (共同)", "【東京】 –", "大阪 (時事) –", "北京 (新华社)"],
)
QUOTES = (
    ["“We will not comment on an ongoing investigation,” a spokesperson said.", "“Never again.”"],
    ["„Wir schaffen das“, sagte die Kanzlerin.", "»Das Boot ist voll.«"],
    ["« Nous sommes en guerre », a déclaré le président.", "« Plus jamais ça »"],
    ["«No pasarán», dijo la diputada.", "“Hemos cumplido”, afirmó el ministro."],
    ["«Non ci fermeremo», ha detto il sindaco.", "“Andrà tutto bene”"],
    ["“Não vamos comentar”, disse a empresa.", "«Estamos preparados», garantiu o ministro."],
    ["“Wij gaan door”, zei de premier.", "‘Genoeg is genoeg’, aldus de voorzitter."],
    ["„Nie komentujemy”, powiedział rzecznik.", "„Zero tolerancji”"],
    ["«Мы не комментируем», — сказал представитель компании.", "«Это провокация»"],
    ["「コメントは控える」と広報担当者は述べた。", "「遺憾である」"],
)
LEADS = (
    ["The minister said:", "Here is what we know:", "In a statement, the company wrote:", "The key points –"],
    ["Der Bundeskanzler sagte:", "Wörtlich heißt es:", "Die Stadt teilte mit:", "Das Ergebnis –"],
    ["Le ministre a déclaré :", "Voici ce que l'on sait :", "L'entreprise écrit :", "Le résultat –"],
    ["El ministro dijo:", "Esto es lo que se sabe:", "El comunicado dice:", "El resultado –"],
    ["Il ministro ha detto:", "Ecco che cosa sappiamo:", "La nota dice:", "Il risultato –"],
    ["O ministro disse:", "O que se sabe:", "A nota diz:", "O resultado –"],
    ["De minister zei:", "Dit weten we:", "Het bedrijf schrijft:", "De uitslag –"],
    ["Minister powiedział:", "Oto co wiemy:", "W oświadczeniu czytamy:", "Wynik –"],
    ["Министр сказал:", "Что известно:", "В заявлении говорится:", "Итог –"],
    ["大臣はこう述べた：", "わかっていること：", "声明は次の通り：", "結果 –"],
)
SLOGANS = (
    ["Building the city, together: a year on the waterfront.", "This is the story of a village that would not move."],
    ["Bauen im Bestand: ein Jahr auf der Baustelle.", "Dies ist Teil unserer Reihe über das Leben am Fluss."],
    ["Un été au fil de l'eau, notre feuilleton.", "Chaque semaine, une vie, un métier."],
    ["Un verano junto al río, nuestra serie.", "Cada semana, una vida y un oficio."],
    ["Un’estate lungo il fiume, il nostro racconto.", "Ogni settimana una vita e un mestiere."],
    ["Um verão à beira-rio, a nossa série.", "Todas as semanas, uma vida e um ofício."],
    ["Een zomer langs de rivier, onze serie.", "Elke week een leven en een vak."],
    ["Lato nad rzeką, nasz cykl.", "Co tydzień jedno życie i jeden zawód."],
    ["Лето у реки, наш цикл.", "Каждую неделю одна жизнь и одно ремесло."],
    ["川辺の夏、連載。", "毎週、ひとつの人生とひとつの仕事。"],
)
REFRAINS = (
    ["And that is the way it is.", "So it goes, and so do we."],
    ["Und das ist auch gut so.", "Man wird ja noch fragen dürfen."],
    ["Et la vie continue.", "On en reparlera."],
    ["Y así nos va.", "La vida sigue."],
    ["E la vita continua.", "Se ne riparlerà."],
    ["E assim vamos andando.", "A vida continua."],
    ["En zo gaat het maar door.", "Het leven gaat verder."],
    ["I tak to już jest.", "Życie toczy się dalej."],
    ["Такие дела.", "Жизнь продолжается."],
    ["人生は続く。", "そういうものだ。"],
)
HEADINGS = (
    ["Why it matters", "The background", "What happens next"],
    ["Warum das wichtig ist", "Der Hintergrund", "Wie es weitergeht"],
    ["Pourquoi c'est important", "Le contexte", "Et maintenant"],
    ["Por qué importa", "El contexto", "Y ahora qué"],
    ["Perché conta", "Il contesto", "E adesso"],
    ["Porque importa", "O contexto", "E agora"],
    ["Waarom dit ertoe doet", "De achtergrond", "Hoe nu verder"],
    ["Dlaczego to ważne", "Tło", "Co dalej"],
    ["Почему это важно", "Предыстория", "Что дальше"],
    ["なぜ重要か", "背景", "今後の見通し"],
)
BACKGROUND = (
    "The war began on 24 February with an attack from three sides; more than six million people have fled since ({}).",
    "Der Krieg begann am 24. Februar mit einem Angriff von drei Seiten; mehr als sechs Millionen sind geflohen ({}).",
    "La guerre a commencé le 24 février par une attaque sur trois fronts; six millions de personnes ont fui ({}).",
    "La guerra comenzó el 24 de febrero con un ataque por tres frentes; seis millones de personas huyeron ({}).",
    "La guerra è cominciata il 24 febbraio con un attacco su tre fronti; sei milioni di persone sono fuggite ({}).",
    "A guerra começou a 24 de fevereiro com um ataque em três frentes; seis milhões de pessoas fugiram ({}).",
    "De oorlog begon op 24 februari met een aanval van drie kanten; zes miljoen mensen zijn gevlucht ({}).",
    "Wojna zaczęła się 24 lutego atakiem z trzech stron; uciekło ponad sześć milionów ludzi ({}).",
    "Война началась 24 февраля нападением с трёх сторон; более шести миллионов человек бежали ({}).",
    "戦争は二月二十四日に三方からの攻撃で始まり、六百万人以上が避難した（{}）。",
)
FURNITURE = (
    "© 2026 {site} Media. All rights reserved.",
    "Sign up for the {site} morning newsletter and never miss a thing.",
    "{site} ist ein Angebot der Regionalen Verlagsgesellschaft in der Hafenstraße.",
    "Juttu jatkuu {site} mainoksen jälkeen",
    "We use cookies on {site} to give you the best experience.",
)


@dataclass(frozen=True)
class Piece:
    block: BlockRow
    share: float
    author: str | None = None


def pieces(tongue: int, rng: Random) -> Iterator[Piece]:
    """Of one site: what its articles repeat. A column's refrain is one author's, and may be on most of a small site."""
    for text in DATELINES[tongue] + LEADS[tongue]:
        yield Piece(block(text), rng.uniform(0.03, 0.95))
    for text in QUOTES[tongue]:
        yield Piece(block(text), rng.uniform(0.03, 0.95))
        yield Piece(block(f"{text} (2)", "quote"), rng.uniform(0.03, 0.95))
    for text in HEADINGS[tongue]:
        yield Piece(block(text, "heading"), rng.uniform(0.03, 0.95))
    for text in SLOGANS[tongue]:
        yield Piece(block(text), rng.uniform(0.05, 0.35))
    for number, text in enumerate(REFRAINS[tongue]):
        yield Piece(block(text), rng.uniform(0.1, 0.3), author=f"Columnist {number}")
    yield Piece(block("* * *"), 0.4)
    for number in itertools.count():
        yield Piece(block(BACKGROUND[tongue].format(2014 + number)), rng.uniform(0.03, 0.3))


def site_of(tongue: int) -> tuple[list[Piece], list[object]]:
    rng = Random(tongue)
    size = 40 if tongue % 2 else 200
    name = f"paper{tongue}"
    chosen = list(itertools.islice(pieces(tongue, rng), PIECES))
    bodies: list[list[BlockRow]] = [[] for _ in range(size)]
    authors = [f"Reporter {rng.randrange(6)}" for _ in range(size)]
    for piece in chosen:
        on = rng.sample(range(size), max(3, round(piece.share * size)))
        if piece.author:
            on = [n for n in on if not authors[n].startswith("Columnist") or authors[n] == piece.author]
        for n in on:
            authors[n] = piece.author or authors[n]
            bodies[n].append(piece.block)
    rows = []
    for n, repeated in enumerate(bodies):
        rng.shuffle(repeated)
        # One by one amid the article's own text, or all together before and behind it; headings above text of its own.
        own = [block(f"Paragraph {place} of story {n}, which no other story of {name} has.") for place in range(40)]
        headed = [each for each in repeated if each.kind == "heading"]
        others = [each for each in repeated if each.kind != "heading"]
        head, tail = (others[::2], others[1::2]) if tongue % 3 else ([], [])
        blocks = [*head, own.pop()]
        for each in headed if head or tail else repeated:
            blocks += [each, own.pop()]
        blocks += tail
        blocks += [block(text.format(site=name)) for text in FURNITURE]
        rows.append(reading(name, n, blocks, author=authors[n]))
    return chosen, rows


@pytest.mark.parametrize("tongue", range(SITES), ids=TONGUES)
def test_none_of_fifty_is_caught(tongue: int) -> None:
    chosen, rows = site_of(tongue)
    assert len({piece.block.text for piece in chosen}) == PIECES
    articles = table(rows)  # type: ignore[arg-type]
    learned = learn(articles)
    cleaned, said = clean(articles, learned, {}, rows[0].crawl_date)  # type: ignore[attr-defined]
    before = {row["article_id"]: row["blocks"] for row in articles.to_pylist()}
    furniture = {text.format(site=f"paper{tongue}") for text in FURNITURE}
    for row in cleaned.to_pylist():
        assert row["blocks"] == [each for each in before[row["article_id"]] if each["text"] not in furniture]
    dropped = [row["sample"] for row in said.to_pylist() if row["decision"] == "drop"]
    assert set(dropped) == furniture
    kept = {" ".join(row["sample"].split()) for row in said.to_pylist() if row["decision"] == "keep"}
    planted = {" ".join(piece.block.text.split()) for piece in chosen}
    assert len(planted - kept) <= 2, "hardly a piece is repeated often enough to be decided upon"
