+++
name = "item"
title = { ru = "Этикетка товара", en = "Item" }
media = { width_mm = 58, height_mm = 40 }
dots_per_mm = 8

[[field]]
name = "barcode"
kind = "product_barcode"
required = true
fit = "shrink"
max_characters = 48
example = "2900000012349"

[[field]]
name = "name"
kind = "text"
required = true
fit = "wrap"
min = 18
max_characters = 160
example = "Кружка керамическая с двойными стенками, 350 мл, белая"

[[field]]
name = "article"
kind = "text"
required = true
fit = "shrink"
min = 18
max_characters = 60
example = "AMB-0000001234"

[[field]]
name = "owner"
kind = "text"
required = true
fit = "shrink"
min = 18
max_characters = 100
example = "ООО «Чай и чашка»"

[[field]]
name = "lot"
kind = "text"
fit = "shrink"
min = 18
max_characters = 20
example = "L-2611"

[[field]]
name = "expires_on"
kind = "text"
fit = "shrink"
min = 18
max_characters = 10
example = "31.12.2027"
+++
^XA
^FO16,12^FB432,2,0,L^A0N,34^FD{name}^FS
^FX bars ^FS
^FO16,86^FB432,1,0,C^BY3^BEN,90^FD{barcode}^FS
^FO16,194^FB432,1,0,C^A0N,28^FD{barcode}^FS
^FO16,224^GB432,2,2^FS
^FO16,230^FB250,1,0,L^A0N,28^FDАрт. {article}^FS
^FO270,230^FB178,1,0,R^A0N,28^FDп. {lot}^FS
^FO16,258^FB432,1,0,L^A0N,28^FDГоден до {expires_on}^FS
^FO16,286^FB432,1,0,L^A0N,26^FD{owner}^FS
^XZ
