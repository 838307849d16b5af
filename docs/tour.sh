#!/usr/bin/env bash
# Ten minutes with ambar by curl: from the first start to a closed manifest (README.md tells the story).
# Start a server on an empty folder and give the link that it prints:
#
#     bash docs/tour.sh http://127.0.0.1:8080/setup/…
#
# Needs curl and jq. Stops at the first thing that does not work.
set -euo pipefail
LINK=${1:?the link of the first start, as the server printed it}
# Where papers and screens are left.
TOUR_ANSWERS=${TOUR_ANSWERS:-$(mktemp -d)}

# -- helpers
AMBAR=${LINK%/setup/*}
call() { # METHOD PATH [JSON]: as whoever TOKEN is, under a fresh idempotency key
    curl -sS --fail-with-body -X "$1" "$AMBAR$2" -H "Authorization: Bearer $TOKEN" \
        -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
        -H 'Content-Type: application/json' ${3:+-d "$3"}
}
SEQ=0
scan() { # DATA...: what the handheld's scanner reads, one after another; shows the last screen
    local data
    for data in "$@"; do
        SEQ=$((SEQ + 1))
        SCREEN=$(curl -sS --fail-with-body "$AMBAR/v1/terminal/scans" \
            -H "Authorization: Bearer $DEVICE" -H 'Content-Type: application/json' \
            -d "$(jq -n --argjson seq "$SEQ" --arg data "$data" '{$seq, $data}')")
        printf '%s\n' "$SCREEN" >"$TOUR_ANSWERS/screen-$SEQ.json"
        [ "$(jq -r .feedback <<<"$SCREEN")" != error ] || break
    done
    jq -r '"  [\(.message // .feedback)]  \(.screen.title)", (.screen.lines[] | "      \(.)")' <<<"$SCREEN"
    [ "$(jq -r .feedback <<<"$SCREEN")" != error ]
}

echo "== 1. The link sets the administrator's password; log in"
curl -sS --fail-with-body -o /dev/null "$LINK" \
    --data-urlencode password='семь тёплых амбаров' \
    --data-urlencode repeated='семь тёплых амбаров'
TOKEN=$(curl -sS --fail-with-body "$AMBAR/v1/sessions" -H 'Content-Type: application/json' \
    -d '{"login": "admin", "password": "семь тёплых амбаров"}' | jq -r .token)
call GET /v1/me | jq -c '{login, roles}'

echo "== 2. A warehouse, its zones, and 60 bins by ranges (склад, зоны, ячейки)"
WAREHOUSE=$(call POST /v1/warehouses '{"code": "MSK", "name": "Склад Мытищи"}' | jq -r .id)
DOCK=$(call POST /v1/zones "{\"warehouse_id\": \"$WAREHOUSE\", \"code\": \"D\", \"name\": \"Доки\"}" | jq -r .id)
SHELVES=$(call POST /v1/zones "{\"warehouse_id\": \"$WAREHOUSE\", \"code\": \"A\", \"name\": \"Стеллажи\"}" | jq -r .id)
LIMITS='"mixing": "any", "volume_max_cm3": 120000, "weight_max_g": 80000'
call POST /v1/bins "{\"zone_id\": \"$DOCK\", \"code\": \"R-01\", \"aisle\": \"D\", \"sequence\": 1, \"purpose\": \"receiving\", $LIMITS}" | jq -c '{code, purpose}'
call POST /v1/bins/generate "{\"zone_id\": \"$SHELVES\", \"pattern\": \"A-{aisle:02}-{rack:02}-{level}\",
    \"aisles\": {\"from\": 1, \"to\": 2}, \"racks\": {\"from\": 1, \"to\": 10}, \"levels\": {\"from\": 1, \"to\": 3},
    \"purpose\": \"storage\", $LIMITS}" | jq -c .

echo "== 3. A tote, a box, a label printer (тара, упаковка, принтер)"
TOTE=$(call POST /v1/handling-units "{\"warehouse_id\": \"$WAREHOUSE\", \"kind\": \"tote\"}" | jq -r .barcode)
echo "  $TOTE"
call POST /v1/packagings '{"code": "BOX-S", "name": "Короб S", "length_mm": 300, "width_mm": 200, "height_mm": 150,
    "load_max_g": 5000, "tare_g": 120, "suits_fragile": true, "active": true}' | jq -c '{code, name}'
for MEDIA in 58x40 100x150; do
    call POST /v1/printers "{\"warehouse_id\": \"$WAREHOUSE\", \"name\": \"Zebra $MEDIA\", \"host\": \"127.0.0.1\",
        \"port\": 9100, \"media\": \"$MEDIA\", \"dots_per_mm\": 8}" | jq -c '{name, media}'
done

echo "== 4. A shop and its key (поклажедатель, ключ API)"
OWNER=$(call POST /v1/owners '{"code": "chaynaya", "name": "Чайная лавка", "order_policy": "partial"}' | jq -r .id)
SHOP=$(call POST /v1/api-keys "{\"owner_id\": \"$OWNER\", \"name\": \"сайт\"}" | jq -r .token)

echo "== 5. Goods without a barcode get one of ours, and a label (внутренний штрихкод)"
PRODUCT=$(call POST /v1/products "{\"owner_id\": \"$OWNER\", \"article\": \"CH-100\", \"name\": \"Иван-чай листовой, 100 г\"}" | jq -r .id)
BARCODE=$(call POST "/v1/products/$PRODUCT/internal-barcode" | jq -r .value)
echo "  $BARCODE"
call POST /v1/labels "{\"warehouse_id\": \"$WAREHOUSE\", \"template\": \"item\", \"subject\": \"$BARCODE\",
    \"fields\": {\"barcode\": \"$BARCODE\", \"name\": \"Иван-чай листовой, 100 г\", \"article\": \"CH-100\", \"owner\": \"Чайная лавка\"}}"

echo; echo "== 6. A delivery is announced by the shop (заявка на поступление)"
TOKEN=$SHOP call POST /v1/inbounds '{"external_number": "П-17", "lines": [{"article": "CH-100", "expected": 12}]}' |
    jq -c '{number, state}'

echo "== 7. A worker with a badge and a PIN, and a handheld (сотрудник, ТСД)"
WORKER=$(call POST /v1/users '{"login": "petr", "name": "Пётр Кладов", "roles": ["receiver", "picker", "packer", "dispatcher"]}' | jq -r .user.id)
BADGE=$(call POST "/v1/users/$WORKER/badge" | jq -r .barcode)
call PUT "/v1/users/$WORKER/pin" '{"pin": "2580"}'
DEVICE=$(call POST /v1/devices "{\"warehouse_id\": \"$WAREHOUSE\", \"name\": \"ТСД-1\"}" | jq -r .token)
scan "$BADGE" 2580

echo "== 8. Receiving: the delivery, the dock, the first piece with its measures, eleven more (приёмка)"
scan RECEIVE 1 R-01
scan "$BARCODE"
scan '220 150 80 140'
scan 11 "$BARCODE"
scan DONE YES

echo "== 9. Putaway: the screen names the bin (размещение)"
scan MENU PUTAWAY "$BARCODE"
BIN=$(jq -r '.screen.title | capture("(?<bin>[A-Z0-9-]+)$").bin' <<<"$SCREEN")
scan "$BIN"

echo "== 10. An order by the shop's key is reserved in the same transaction (заказ, резерв)"
ORDER=$(TOKEN=$SHOP call POST /v1/orders '{"external_number": "1042", "carrier": "Быстрая почта", "pickup_point": "ПВЗ 5",
    "recipient": {"name": "Анна Иванова", "phone": "+79161234567", "city": "Тверь", "address": "Советская, 7"},
    "lines": [{"article": "CH-100", "quantity": 2, "price_kopecks": 39000}]}' | jq -r .id)
TOKEN=$SHOP call GET "/v1/orders/$ORDER/reservation" | jq -c '{state, lines}'

echo "== 11. A wave holds pieces of concrete bins (волна)"
call POST /v1/waves '{}' | jq -c '{number, orders, tasks, pieces}'

echo "== 12. Picking: cart, tote, bin, two pieces (отбор)"
scan MENU PICK
scan "$TOTE"
scan A-02-10-3 && exit 1 # the wrong bin: red, and nothing has changed
scan "$BIN"
scan "$BARCODE" "$BARCODE"
scan DONE

echo "== 13. Packing: every piece is scanned, a box is proposed, the parcel is weighed (упаковка)"
scan MENU PACK "$TOTE"
scan "$BARCODE" "$BARCODE"
scan YES
scan 405
PARCEL=$(call GET "/v1/parcels?order_id=$ORDER" | jq -r '.items[0].number')

echo "== 14. Loading and the manifest (погрузка, реестр)"
scan MENU LOAD 1
scan "$PARCEL"
scan DONE YES
MANIFEST=$(call GET '/v1/manifests?state=closed' | jq -r '.items[0].id')
call GET "/v1/manifests/$MANIFEST" | jq -c '{number, act_number, state, progress}'
call GET "/v1/manifests/$MANIFEST/act.html" >"$TOUR_ANSWERS/act.html"
TOKEN=$SHOP call GET "/v1/orders/$ORDER" | jq -c '{external_number, state}'

echo "== 15. Nothing is lost: history against balances (сверка)"
call GET /v1/integrity | tee "$TOUR_ANSWERS/integrity.json" | jq -c .
[ "$(jq '.differences | length' "$TOUR_ANSWERS/integrity.json")" = 0 ]
echo "== all of it worked"
