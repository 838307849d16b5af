problem-article_taken = The owner has the article { $article } already. Take another or change the product.
problem-barcode_taken = The barcode { $value } belongs to another product. Check the label.
problem-code_taken = The code { $code } is taken. Choose another.
problem-acceptance_refused = The product { $article } is not taken in: rule “{ $rule }”. Set it aside and call the dispatcher, who may waive it with a reason.
problem-lot_expiry_differs = The lot { $code } is known to expire on { $known }. Check the date on the package.
problem-unit_in_itself = { $code } cannot stand in itself. Scan another place.
problem-place_unfit = { $code } cannot hold this. A bin or a handling unit of this warehouse is needed.
