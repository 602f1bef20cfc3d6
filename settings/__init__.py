"""Settings: the one place that reads the environment.

Every setting is a variable ``AHG_<NAME>``; ``docs/running.md`` lists them all, and a test keeps that list
complete. Secrets may stand in files that ``AHG_<NAME>_FILE`` names. How to reach a Temporal server that is not ours
(address, TLS, API key) is read by Temporal's own environment configuration, so that what works for the ``temporal``
command works here.

``whole``    all settings together, with the database, Temporal and the log
``keys``     the keys, and the files that they lie in
``mail``     how mail is sent, and where what comes back is read
``pages``    the pages, an identity provider, files of requests, figures
``loading``  reads them from the environment, and says what is wrong
``part``     what the others have in common
"""

from settings.keys import COMMAND_KEY_FILE, KEY_FILES, ensure_keys, ensure_local_key, make_secret_file, parse_keys
from settings.loading import asked_for_json, load_settings
from settings.part import PREFIX, SettingsError, is_address, is_loopback
from settings.whole import SECRETS, Settings
