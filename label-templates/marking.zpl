+++
name = "marking"
title = { ru = "Код маркировки", en = "Marking code" }
media = { width_mm = 58, height_mm = 40 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "datamatrix"
required = true
fit = "shrink"
max_characters = 160
example = "0104670540176099215'W9Um\u001D93dGVz"

[[field]]
name = "name"
kind = "text"
required = true
fit = "wrap"
min = 18
max_characters = 160
example = "Вода питьевая артезианская негазированная, 0,5 л"

[[field]]
name = "gtin"
kind = "text"
required = true
fit = "shrink"
min = 18
max_characters = 14
example = "04670540176099"

[[field]]
name = "serial"
kind = "text"
required = true
fit = "shrink"
min = 16
max_characters = 20
example = "5'W9Um"
+++
^XA
^FO16,20^FB200,1,0,C^BY8^BXN^FD{code}^FS
^FO228,20^FB220,6,0,L^A0N,32^FD{name}^FS
^FO16,236^FB432,1,0,L^A0N,34^FDGTIN {gtin}^FS
^FO16,272^FB432,1,0,L^A0N,34^FDS/N {serial}^FS
^XZ
