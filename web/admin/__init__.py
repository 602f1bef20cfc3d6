"""Administration: the directory of members and posts, the policy, and previews of notices.

``front``         what there is to administer, for the post that looks
``directory``     members, posts, holders and alternates: reading
``offices``       changing them
``announced``     what waits so that a Co-Chair can stop it, and its taking effect
``days``          announced days of offices, which one enters and another confirms
``choices``       what these forms offer: time zones and public holidays
``history``       what was changed, by whom, and which cases have heard of it
``policy``        the policy in force, proposals, and what a change means
``policy_words``  the keys and values of a policy in words
``mails``         any kind of notice as any post would get it
``pages``         the pages together
"""
