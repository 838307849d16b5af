+++
name = "tote"
title = { ru = "Тара", en = "Tote" }
media = { width_mm = 58, height_mm = 40 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 32
example = "HU-T0123-1"

[[field]]
name = "name"
kind = "text"
required = true
fit = "shrink"
min = 32
max_characters = 24
example = "T-0123"

[[field]]
name = "warehouse"
kind = "text"
fit = "shrink"
min = 18
max_characters = 60
example = "Склад Тверь-1"
+++
^XA
^FO16,10^FB432,1,0,C^A0N,88^FD{name}^FS
^FO8,100^FB448,1,0,C^BY3^BCN,140^FD{code}^FS
^FO16,246^FB432,1,0,C^A0N,32^FD{code}^FS
^FO16,280^FB432,1,0,C^A0N,28^FD{warehouse}^FS
^XZ
