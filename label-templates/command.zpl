+++
name = "command"
title = { ru = "Команда на стене", en = "Wall command" }
media = { width_mm = 100, height_mm = 50 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "CM-UNDO-X"

[[field]]
name = "name"
kind = "text"
required = true
fit = "shrink"
min = 48
max_characters = 30
example = "Отменить скан"

[[field]]
name = "hint"
kind = "text"
fit = "wrap"
min = 24
max_characters = 100
example = "Возвращает последний скан: считайте, если ошиблись"
+++
^XA
^FO24,12^FB752,1,0,C^A0N,110^FD{name}^FS
^FO24,128^FB752,1,0,C^BY4^BCN,150^FD{code}^FS
^FO24,282^FB752,1,0,C^A0N,32^FD{code}^FS
^FO24,318^FB752,2,0,C^A0N,36^FD{hint}^FS
^XZ
