# Answers of /v1/terminal/scans as a page with a handheld for each: for pictures only.
def name: {receive: "Приёмка", putaway: "Размещение", pick: "Отбор", pack: "Упаковка",
    load: "Погрузка", menu: "Меню"}[.screen.flow] // .screen.flow;
# Codes of places are not broken at the end of a line.
def said: @html | gsub("(?<code>[A-Z]+[A-Z0-9]*(-[A-Z0-9]+)+)"; "<span>\(.code)</span>");
def device: "<section class=\(.colour | @html)><div class=screen><header>\(name | @html)<i>ТСД-1</i></header>"
    + (if .message then "<p class=message>\(.message | said)</p>" else "" end)
    + "<h1>\(.screen.title | said)</h1>"
    + "<ul>\([.screen.lines[] | "<li>\(said)</li>"] | add // "")</ul>"
    + (if .screen.progress then
        "<footer><b style=\"width:\(100 * .screen.progress.done / .screen.progress.all)%\"></b></footer>"
        + "<small>\(.screen.progress.done) из \(.screen.progress.all)</small>" else "" end)
    + "</div><div class=key></div></section>";
"<!doctype html><html lang=ru><meta charset=utf-8><style>
body { margin: 0; display: flex; justify-content: center; align-items: center; gap: 20px; height: 100vh;
    background: #eef0ea; font: 14px/1.35 'Liberation Sans', sans-serif; }
section { width: 176px; flex: none; padding: 14px 10px 10px; border-radius: 20px; background: #23282a;
    box-shadow: 0 6px 18px #0004; }
.screen { display: flex; flex-direction: column; height: 300px; padding: 0 11px 11px; border-radius: 6px; background: #fff; overflow: hidden; }
header { display: flex; justify-content: space-between; margin: 0 -11px 11px; padding: 5px 11px;
    color: #fff; font-weight: 700; }
header i { font-weight: 400; font-style: normal; opacity: .8; }
.green header, .green b { background: #1f7a48; } .yellow header, .yellow b { background: #b57a00; }
.red header, .red b { background: #b3261e; } .red .screen { background: #fde8e6; }
.yellow .screen { background: #fff6dd; }
.message { margin: 0 0 9px; padding: 5px 7px; border-radius: 4px; background: #1f7a4820; font-size: 13px; }
.red .message { background: #b3261e; color: #fff; font-weight: 700; } .yellow .message { background: #b57a0030; }
h1 { margin: 0 0 9px; font-size: 19px; line-height: 1.2; } ul { margin: 0; padding: 0; list-style: none; }
span { white-space: nowrap; } li { margin-bottom: 4px; color: #333; overflow-wrap: anywhere; }
footer { margin-top: auto; height: 7px; border-radius: 4px; background: #0002; overflow: hidden; }
footer b { display: block; height: 100%; } small { color: #555; }
.key { width: 54px; height: 20px; margin: 10px auto 0; border-radius: 10px; background: #f2b705; }
</style>" + (map(device) | add)
