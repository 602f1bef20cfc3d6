"""The commands of ``ahg`` that belong to a group, a module for each group.

``accounts``     ``ahg account``: the accounts of people who sign in
``attachments``  ``ahg attachment``: files of requests that nothing names, removed
``backups``      ``ahg backup``, ``ahg restore`` and ``ahg restored``
``cases``        ``ahg case``: cases looked at, acted on and exported
``deploy``       ``ahg deploy``: one version of the workers after another
``directory``    ``ahg directory``: the directory of members, imported and listed
``scenarios``    ``ahg scenario``: files checked, and the schema by which editors check them
``mail``         ``ahg mail``: what becomes of the mails that go out, and what somebody decides about them
``record``       ``ahg checkpoint`` and ``ahg witness``
``terminal``     what the commands share: consoles and lines on them, the run of a coroutine, and the files of requests
"""
