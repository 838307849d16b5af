+++
name = "bin"
title = { ru = "Ячейка", en = "Bin" }
media = { width_mm = 100, height_mm = 50 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "BN-A-01-02-3-S"

[[field]]
name = "name"
kind = "text"
required = true
fit = "shrink"
min = 40
max_characters = 24
example = "A-01-02-3"

[[field]]
name = "zone"
kind = "text"
fit = "shrink"
min = 24
max_characters = 40
example = "Зона А, отбор"
+++
^XA
^FO24,14^FB752,1,0,C^A0N,150^FD{name}^FS
^FO24,166^FB752,1,0,C^BY4^BCN,140^FD{code}^FS
^FO24,312^FB752,1,0,C^A0N,36^FD{code}^FS
^FO24,350^FB752,1,0,C^A0N,36^FD{zone}^FS
^XZ
