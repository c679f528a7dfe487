#!/bin/sh
# Collect and compile the Chinese catalogue of every room: scripts/messages.sh [make|compile]
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-$PWD/.venv/bin/python}
[ -x "$python" ] || python=python3
unset DJANGO_SETTINGS_MODULE
for room in pilotage/*/ pilotage/web/*/; do
    case "$room" in */static/|*/templates/|*/templatetags/|*/__pycache__/) continue ;; esac
    room=${room%/}
    if [ "${1:-make}" = make ]; then
        ignore=""
        [ "$room" = pilotage/web ] && for sub in pilotage/web/*/; do case "$sub" in */templates/|*/templatetags/) ;; *) ignore="$ignore -i $(basename "$sub")" ;; esac; done
        mkdir -p "$room/locale"
        (cd "$room" && "$python" -P -m django makemessages -l zh_Hans --no-location --no-wrap --no-obsolete $ignore -v 0)
        find "$room/locale" -maxdepth 0 -empty -delete
        find "$room/locale" -type d -empty -delete 2>/dev/null || true
    fi
    [ -d "$room/locale" ] && (cd "$room" && "$python" -P -m django compilemessages -l zh_Hans -v 0)
done
exit 0
