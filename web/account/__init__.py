"""The account of a person.

``page``   preferences, the places where it is signed in, and tokens for programs
``passkeys``  the keys by which the person signs what it decides
``offers``  the posts that are offered to the person, to be taken over
``posts``  the posts that it holds, and the choice of the one that acts
"""
