+++
name = "cart"
title = { ru = "Тележка отбора", en = "Picking cart" }
media = { width_mm = 100, height_mm = 50 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "CT-K0012-8"

[[field]]
name = "name"
kind = "text"
required = true
fit = "shrink"
min = 48
max_characters = 24
example = "Тележка 12"

[[field]]
name = "hint"
kind = "text"
fit = "wrap"
min = 24
max_characters = 80
example = "8 мест, зоны А и Б"
+++
^XA
^FO24,12^FB752,1,0,C^A0N,110^FD{name}^FS
^FO0,130^FB800,1,0,C^BY4^BCN,150^FD{code}^FS
^FO24,286^FB752,1,0,C^A0N,44^FD{code}^FS
^FO24,336^FB752,1,0,C^A0N,44^FD{hint}^FS
^XZ
