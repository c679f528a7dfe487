#!/bin/sh
# Lighthouse over the five main public pages of a site that is served: sh bench/lighthouse.sh http://127.0.0.1:8000 ENTRY NOTICE
# Needs npm and Chromium (CHROME_PATH); nothing of it is needed to run the site. Prints one line a page: the four scores.
set -eu
base=$1 entry=$2 notice=$3
out=$(mktemp -d)
cd "$out"
[ -n "${LIGHTHOUSE:-}" ] || { npm init -y >/dev/null; npm install --silent lighthouse >/dev/null; LIGHTHOUSE="$out/node_modules/.bin/lighthouse"; }
export CHROME_PATH="${CHROME_PATH:-/usr/bin/chromium}"
for page in / /directory/ "/directory/entries/$entry/" "/notices/$notice/" /cases/; do
    "$LIGHTHOUSE" "$base$page" --quiet --output=json --output-path="$out/report.json" --preset=desktop --chrome-flags="--headless=new --no-sandbox --disable-gpu" \
        --only-categories=performance,accessibility,best-practices,seo
    node -e '
const r = JSON.parse(require("fs").readFileSync(process.argv[1]));
const s = Object.values(r.categories).map(c => c.id + "=" + Math.round(c.score * 100)).join(" ");
const bad = Object.values(r.categories).flatMap(c => c.auditRefs.filter(a => a.weight && r.audits[a.id].score !== null && r.audits[a.id].score < 0.9).map(a => a.id));
console.log("lighthouse page=" + process.argv[2], s, "below=" + (bad.join(",") || "none"));' "$out/report.json" "$page"
done
rm -rf "$out"
