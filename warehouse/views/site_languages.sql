-- Which languages do a site's articles declare, and which are they written in? One row per site and pair of languages.
-- Catch: codes are compared without script and region, and a language with its macrolanguage is no contradiction (hr and
-- sh, no and nn). Where an article quotes at length before it begins, the language of the quotation is detected.
--   declared: Language code that the pages declare, without script and region; null where they declare none
--   detected: Language code that their texts begin in; null where that is not sure
--   articles: How many articles, each as it was last read
--   contradicts: Whether these are two languages
--   least_confidence: The lowest language_detected_confidence among them
--   example_url: The last of them
create view site_languages as
with codes as (
    select
        site,
        case split_part(lower(language), '-', 1)
            when 'iw' then 'he' when 'in' then 'id' when 'ji' then 'yi' when 'fil' then 'tl'
            else split_part(lower(language), '-', 1)
        end as declared,
        language_detected as detected,
        language_detected_confidence as confidence,
        url,
        captured_at,
        capture_id
    from latest_articles
)

select
    site,
    declared,
    detected,
    count(*) as articles,
    coalesce(declared <> detected, false)
    and not (declared in ('no', 'nb', 'nn') and detected in ('no', 'nb', 'nn') and 'no' in (declared, detected))
    and not (
        declared in ('sh', 'bs', 'hr', 'sr') and detected in ('sh', 'bs', 'hr', 'sr') and 'sh' in (declared, detected)
    ) as contradicts,
    min(confidence) as least_confidence,
    max_by(url, (captured_at, capture_id)) as example_url
from codes
group by site, declared, detected;
