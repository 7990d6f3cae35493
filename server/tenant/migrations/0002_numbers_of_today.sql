-- Numbers that Mexico, Brazil and Argentina write in another way today (phone_number.rs), unless someone has the new one
-- already.

UPDATE tenant_users SET phone_number = '+52' || SUBSTR(phone_number, 5)
WHERE phone_number LIKE '+521__________' AND NOT EXISTS (
    SELECT 1 FROM tenant_users other WHERE other.connection = tenant_users.connection
    AND other.phone_number = '+52' || SUBSTR(tenant_users.phone_number, 5)
);

UPDATE tenant_users SET phone_number = SUBSTR(phone_number, 1, 5) || '9' || SUBSTR(phone_number, 6)
WHERE phone_number LIKE '+55__________' AND SUBSTR(phone_number, 6, 1) IN ('6', '8', '9') AND NOT EXISTS (
    SELECT 1 FROM tenant_users other WHERE other.connection = tenant_users.connection
    AND other.phone_number = SUBSTR(tenant_users.phone_number, 1, 5) || '9' || SUBSTR(tenant_users.phone_number, 6)
);

UPDATE tenant_users SET phone_number = '+549' || SUBSTR(phone_number, 4)
WHERE phone_number LIKE '+54__________' AND SUBSTR(phone_number, 4, 1) IN ('1', '2', '3') AND NOT EXISTS (
    SELECT 1 FROM tenant_users other WHERE other.connection = tenant_users.connection
    AND other.phone_number = '+549' || SUBSTR(tenant_users.phone_number, 4)
);
