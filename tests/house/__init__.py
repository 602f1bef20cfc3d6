"""What keeps the house in order: checks of the code itself, which ``make check`` runs.

``source``             the files of the product, read once
``test_names``         one word, one thing: no public name stands for two things
``test_formatting``    the formatter is not switched off
``test_borders``       signatures between packages are typed
``test_maps``          the docstring of each package names every module in it
``test_documents``     what a document or docstring cites is there: files, modules, names
``test_nothing_forgotten``  each event, command, notice and setting has all that belongs to it
"""
