+++
name = "item_43x25"
title = { ru = "Этикетка товара, малая", en = "Item, small" }
media = { width_mm = 43, height_mm = 25 }
dots_per_mm = 8

[[field]]
name = "barcode"
kind = "product_barcode"
required = true
fit = "shrink"
max_characters = 24
example = "2900000012349"

[[field]]
name = "name"
kind = "text"
required = true
fit = "wrap"
min = 16
max_characters = 120
example = "Кружка керамическая с двойными стенками, 350 мл, белая"

[[field]]
name = "article"
kind = "text"
required = true
fit = "shrink"
min = 16
max_characters = 40
example = "AMB-0000001234"
+++
^XA
^FO8,6^FB328,2,0,L^A0N,28^FD{name}^FS
^FO0,64^FB344,1,0,C^BY3^BEN,70^FD{barcode}^FS
^FO8,138^FB328,1,0,C^A0N,28^FD{barcode}^FS
^FO8,168^FB328,1,0,C^A0N,26^FD{article}^FS
^XZ
