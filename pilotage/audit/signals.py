"""News that an object changed state.

``transitioned`` is sent once per object after commit with ``obj``, ``verb``, ``source``, ``target``,
``actor`` and ``event``; ``sender`` is the model class. Rooms above listen in ``receivers.py``.
"""

from django.dispatch import Signal

transitioned = Signal()
