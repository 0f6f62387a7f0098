"""What each act of a citizen lets the account send by customer-service message, as WeChat states it.

A tap on a `bizmsgmenu` link looks like a text and counts as a menu click.
"""

from datetime import timedelta

from intake.model.messages import Grant

MESSAGE = Grant("message", 5, timedelta(hours=48))
CLICK = Grant("click", 3, timedelta(minutes=1))
FOLLOW = Grant("follow", 3, timedelta(minutes=1))
SCAN = Grant("scan", 3, timedelta(minutes=1))
