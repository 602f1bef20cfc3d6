"""Names of states, territories and organisations, as people write them, and where they stand in a text.

``table``   the names: everyday and official ones, adjectives, capitals, abbreviations, in English and Indonesian
``finding`` finds them in a text, whatever the case, the accents and the hyphens

Two tables are kept beside them. ``published.csv`` comes from CLDR and ISO 3166-1 (``tests/published_names.py`` makes it);
``spoken.csv`` is written by hand and holds what neither publishes. What only one deployment knows, such as the name of a
coast guard or a province, stands as an alias in its directory.
"""
