// The same answers as warehoused's, in Go: net/http/fcgi and mattn's driver of SQLite. SQLite writes the JSON.
// The statements are in the environment; arguments: SOCKET THREADS STORE.
package main

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/fcgi"
	"os"
	"strconv"
	"strings"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	threads, err := strconv.Atoi(os.Args[2])
	check(err)
	database, err := sql.Open("sqlite3", "file:"+os.Args[3]+"?mode=ro&_mutex=no")
	check(err)
	// An idle connection keeps its prepared statements; one beyond the idle ones would be closed after each use.
	database.SetMaxOpenConns(threads)
	database.SetMaxIdleConns(threads)
	key, err := database.Prepare(os.Getenv("KEY_SQL"))
	check(err)
	connection, err := database.Prepare(os.Getenv("CONNECTION_SQL"))
	check(err)
	listener, err := net.Listen("unix", os.Args[1])
	check(err)
	check(fcgi.Serve(listener, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		header := response.Header()
		header.Set("Cache-Control", "private, no-cache")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Vary", "Authorization, Origin")
		header.Set("X-Request-Id", fcgi.ProcessEnv(request)["REQUEST_ID"])
		header.Set("Content-Type", "application/json")
		opened := organisation(request.Header.Get("Authorization"), key)
		wanted := strings.Split(request.URL.Path, "/")[4]
		if opened == "" || opened != wanted {
			response.WriteHeader(map[bool]int{true: http.StatusUnauthorized, false: http.StatusForbidden}[opened == ""])
			return
		}
		var body []byte
		if connection.QueryRow(wanted).Scan(&body) != nil {
			body = []byte("[]")
		}
		header.Set("ETag", fmt.Sprintf("\"%x\"", sha256.Sum256(body))[:33]+"\"")
		header.Set("Content-Length", strconv.Itoa(len(body)))
		response.Write(body)
	})))
}

// The organisation that the key of "Api-Key whc_<id, 12>_<secret, 43>_<checksum, 6>" opens, or "".
func organisation(authorization string, lookUp *sql.Stmt) (organisation string) {
	if len(authorization) != 75 || !strings.HasPrefix(authorization, "Api-Key whc_") {
		return ""
	}
	digest := sha256.Sum256([]byte(authorization[25:68]))
	lookUp.QueryRow(authorization[12:24], digest[:]).Scan(&organisation)
	return organisation
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
