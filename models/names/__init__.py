"""Names of states, territories and organisations, as people write them, and where they stand in a text.

``table``   the names: everyday and official ones, adjectives, capitals, abbreviations, in English and Indonesian
``looks``   what a text looks like to who reads it: letters that look alike, what is not seen, flags, addresses
``finding`` finds names in a text, whatever the case, the accents and the hyphens, and however they are written

Tables are kept beside them. ``published.csv``, ``own_names.csv`` and ``look_alikes.csv`` come from CLDR, ISO 3166-1 and
Unicode (``tests/published_names.py`` makes them); ``spoken.csv`` and ``everyday.csv`` are written by hand and hold what
none of these publishes. A case of before (``NamesSought.AS_SPELLED``) has ``published.csv`` and ``spoken.csv`` alone: a
name that is found from now on stands in one of the others. What only one deployment knows, such as the name of a coast
guard or a province, stands as an alias in its directory.
"""
