-- What is not taken in unless somebody waives the rule. The operator edits these rows.
INSERT INTO acceptance_rule (code, kind, category, limit_mm, active) VALUES
    ('jewellery', 'category', 'jewellery', NULL, TRUE),
    ('perishable_food', 'category', 'perishable_food', NULL, TRUE),
    ('oversize', 'sum_of_sides', NULL, 3000, TRUE);
