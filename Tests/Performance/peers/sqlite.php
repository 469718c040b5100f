<?php
// The same answers as warehoused's, in PHP: PHP-FPM and PDO. SQLite writes the JSON. The connection to the store lives
// as long as the process; PDO can't keep statements from one request to the next.
$store = new PDO('sqlite:' . getenv('STORE'), null, null, [
    PDO::ATTR_PERSISTENT => true,
    PDO::SQLITE_ATTR_OPEN_FLAGS => PDO::SQLITE_OPEN_READONLY,
]);
header('Cache-Control: private, no-cache');
header('X-Content-Type-Options: nosniff');
header('Referrer-Policy: no-referrer');
header('Vary: Authorization, Origin');
header('X-Request-Id: ' . $_SERVER['REQUEST_ID']);
header('Content-Type: application/json');

// Api-Key whc_<id, 12>_<secret, 43>_<checksum, 6>
$authorization = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
$key = $store->prepare(getenv('KEY_SQL'));
$key->bindValue(1, substr($authorization, 12, 12));
$key->bindValue(2, hash('sha256', substr($authorization, 25, 43), true), PDO::PARAM_LOB);
$key->execute();
$opened = (string) $key->fetchColumn();
$wanted = explode('/', $_SERVER['REQUEST_URI'])[4];
if ($opened === '' || $opened !== $wanted) {
    http_response_code($opened === '' ? 401 : 403);
    exit;
}

$connection = $store->prepare(getenv('CONNECTION_SQL'));
$connection->execute([(int) $wanted]);
$body = $connection->fetchColumn() ?: '[]';
header('ETag: "' . substr(hash('sha256', $body), 0, 32) . '"');
header('Content-Length: ' . strlen($body));
echo $body;
