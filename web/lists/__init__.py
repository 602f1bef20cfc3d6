"""Lists across cases.

``home``     the duties of the post that is signed in, and the board
``cases``    the list of cases, narrowed down and kept as views
``filters``  the filters of that list as its address holds them
``search``   the search
"""
