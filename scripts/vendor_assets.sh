#!/bin/sh
# For maintainers: fetch the front-end files that are committed under pilotage/web/static/vendor.
# Users need no Node. Needs npm and tar. Usage: scripts/vendor_assets.sh
# Raise a version here, run, look at /styleguide/, commit the result.
set -eu
tabler=1.6.1
icons=3.51.0
inter=5.3.0
axe=4.14.1

here=$(cd "$(dirname "$0")/.." && pwd)
static=$here/pilotage/web/static
vendor=$static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # fetch PACKAGE FOLDER
    mkdir -p "$work/$2"
    (cd "$work" && tar xzf "$(npm pack --silent "$1")" -C "$2" --strip-components 1)
}

fetch "@tabler/core@$tabler" tabler
fetch "@tabler/icons@$icons" icons
fetch "@fontsource-variable/inter@$inter" inter
fetch "axe-core@$axe" axe
mkdir -p "$vendor/tabler" "$vendor/inter" "$vendor/icons" "$here/tests/e2e"

# Tabler: in a cascade layer, so that one rule of pilotage.css beats any of its selectors; without
# its source-map comment, which the manifest storage would try to follow; without the line that
# fixes the character set, which may not stand inside a layer.
{
    printf '@layer tabler{'
    sed -e 's/@charset "UTF-8";//' -e 's#/\*\# sourceMappingURL=.*\*/##' "$work/tabler/dist/css/tabler.min.css"
    printf '}\n'
} >"$vendor/tabler/tabler.min.css"

# Inter: the variable font, Latin subset
cp "$work/inter/files/inter-latin-wght-normal.woff2" "$vendor/inter/"
cp "$work/inter/LICENSE" "$vendor/inter/LICENSE"

# Icons: one sprite of the outline icons named in icons.txt
{
    printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
    grep -v '^#' "$vendor/icons/icons.txt" | while read -r name; do
        [ -n "$name" ] || continue
        [ -f "$work/icons/icons/outline/$name.svg" ] || { echo "no icon $name" >&2; exit 1; }
        printf '<symbol id="%s" viewBox="0 0 24 24">' "$name"
        grep -E '^  <(path|circle|rect|line|poly)' "$work/icons/icons/outline/$name.svg" | grep -v 'stroke="none"' | sed 's/^  //' | tr -d '\n'
        printf '</symbol>\n'
    done
    printf '</svg>\n'
} >"$vendor/icons/icons.svg"
cp "$work/icons/LICENSE" "$vendor/icons/LICENSE"

# axe-core: used by the browser tests only
cp "$work/axe/axe.min.js" "$here/tests/e2e/axe.min.js"
cp "$work/axe/LICENSE" "$here/tests/e2e/axe.LICENSE"
