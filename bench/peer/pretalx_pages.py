"""pretalx's organiser list and review board over 5,000 submissions and 15,000 reviews, measured as bench/pages.py measures ours.

Runs with pretalx's own Python, in a temporary folder that it removes.
"""

import io
import os
import random
import subprocess
import sys
import tempfile
import time

ROWS, REVIEWERS = int(sys.argv[1]) if len(sys.argv) > 1 else 5000, 100


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(PRETALX_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="pretalx.settings")
        run = [sys.executable, "-m", "pretalx"]
        subprocess.run([*run, "migrate"], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        measure()


def measure() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    settings.DEBUG = False
    # its pages name built assets; the bench has not built them (that needs Node) and does not serve them
    settings.VITE_DEV_MODE = True
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django_scopes import scopes_disabled

    # the command that makes the event wants an administrator first
    user = get_user_model().objects.create_superuser(email="bench@localhost.example", password="bench", name="Bench")
    call_command("create_test_event", stage="review", stdout=io.StringIO())
    with scopes_disabled():
        event = fill()
        for name, path in (("list", "submissions/"), ("review_board", "reviews/")):
            page(name, f"/orga/event/{event.slug}/{path}", user)


def fill():
    from django.contrib.auth import get_user_model
    from pretalx.event.models import Event
    from pretalx.submission.models import Review, Submission

    event = Event.objects.first()
    person = get_user_model()
    kind = event.submission_types.first()
    rng = random.Random(1)
    Submission.objects.bulk_create(
        Submission(event=event, submission_type=kind, title=f"Factory {n}", code=f"B{n:07d}", state="submitted", abstract="text")
        for n in range(ROWS)
    )
    rows = list(Submission.objects.filter(event=event, code__startswith="B0"))
    speakers = person.objects.bulk_create(
        person(email=f"s{n}@localhost.example", name=f"Speaker {n}", code=f"S{n:07d}") for n in range(ROWS)
    )
    Submission.speakers.through.objects.bulk_create(
        Submission.speakers.through(submission_id=row.pk, user_id=speaker.pk) for row, speaker in zip(rows, speakers, strict=True)
    )
    experts = person.objects.bulk_create(
        person(email=f"r{n}@localhost.example", name=f"Expert {n}", code=f"R{n:07d}") for n in range(REVIEWERS)
    )
    Review.objects.bulk_create(
        Review(submission=row, user=expert, score=rng.randint(0, 10), text="text") for row in rows for expert in rng.sample(experts, 3)
    )
    return event


def page(name, path, user):
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    best, queries, size = None, 0, 0
    for _round in range(4):
        count = 0

        def wrapper(execute, sql, params, many, context):
            nonlocal count
            count += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(wrapper):
            start = time.process_time()
            answer = client.get(path)
            spent = time.process_time() - start
        if answer.status_code != 200:
            raise SystemExit(f"pretalx answered {answer.status_code} for {path}")
        queries, size = count, len(answer.content)
        if best is None or (_round and spent < best):
            best = spent
    print(f"page peer=pretalx name={name} rows={ROWS} cpu={best:.3f} queries={queries} bytes={size}", flush=True)


if __name__ == "__main__":
    main()
