#!/usr/bin/env bash
# Fetches the jars, compiles, and runs the demo and the tests. ./build.sh help says how.
# Needs bash and a JDK from 17 on (JAVA_HOME, if set, chooses which); the mvn command only while a
# jar is missing.
set -euo pipefail

# The two dependencies: Maven coordinate and SHA-256 sum.
jars=(
  org.xerial:sqlite-jdbc:3.53.4.0
  bcb1f51e36f940867e83342f9efbf5968ac44a6bef4d397bb4af7b17b45cd2fb
  org.junit.platform:junit-platform-console-standalone:6.1.1
  7b16416e5727c645105c31b533440397f20df68f6ae850c6bfd0ce1d88db66c3
)
# The drivers of the other databases: "driver" fetches one into lib/, or all of them for the tests.
drivers=(
  org.postgresql:postgresql:42.7.14
  73914527305a40cce504b0d3d90b23caf565136912d607ae8ae7c5895512332c
  org.mariadb.jdbc:mariadb-java-client:3.5.6
  a129703efd7b0f334564d46753de999f09b3a361489a2eb647e6020390981cc9
  com.mysql:mysql-connector-j:9.5.0
  f2ca3dfaf00d4aa311470db7ea3051962944ba0cb60005a2f75467549c39f425
  org.duckdb:duckdb_jdbc:1.4.2.0
  d001c4e2c572d12b3f239afc82350720267030143f795fd96e757498255b10d8
)
# Said of the whole suite, before it begins; measured on two idle cores.
suite_minutes=10

# JDK 24 and later print a warning about a driver's native code without it; 17 ignores it.
native=--enable-native-access=ALL-UNNAMED
# For a JVM that ends before it would be worth optimising: javac takes 1.8 s for the tests then,
# not 3.3.
quick=-XX:TieredStopAtLevel=1
# Between the parts of a class path. Windows, where this runs in Git Bash, has another one.
case $OSTYPE in
  msys* | cygwin*) separator=';' ;;
  *) separator=: ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")"

[ -d src/powerball ] || {
  echo "build.sh: src/powerball is not beside it: start the file itself, not a link to it." >&2
  exit 1
}

main() {
  local command=${1:-}
  [ $# -eq 0 ] || shift
  case $command in
    "")
      build
      echo "Made build/server.jar, build/ingest.jar and build/winners.jar."
      ;;
    demo) build; demo "$@" ;;
    test) check_names "$@"; build; compile_tests; run_tests "$@" ;;
    driver) add_driver "$@" ;;
    renew) build; compile_tests; run_tool Renew ;;
    picture) build; compile_tests; run_tool tools.Picture ;;
    bench) build; compile_tests; bench "$@" ;;
    clean) rm -rf build ;;
    help | --help | -h) usage ;;
    *)
      echo "build.sh: there is no command $command. See ./build.sh help." >&2
      exit 2
      ;;
  esac
}

usage() {
  cat <<'EOF'
Usage: ./build.sh [command]

  (none)        fetch what is missing into lib/, and make build/server.jar,
                build/ingest.jar and build/winners.jar
  driver [name] fetch the driver of a database into lib/, and make the jars
                with it: postgresql, mariadb, mysql or duckdb; without a name,
                fetch all of them for the tests, into build/drivers/
  demo [rows]   the whole job: start a server, store rows (1,000 unless told)
                of seed 42 in powerball_data.db, show some, draw the winners
  test [name]   run all tests, or those of a class (IngestTest), of a method
                (TicketTest#ballsAreFair), or of several
  renew         after a change of names, columns, formats or messages: write
                again what follows from them, such as the sessions in the
                READMEs, and print which files have changed (two minutes)
  picture       take src/page.png, the picture of the page, again
  bench [rows]  measure beside other tools (1,000,000 rows unless told; takes a
                quarter of an hour)
  clean         remove build/ (the jars in lib/ stay)
  help          show this
EOF
}

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

build() {
  find_jdk
  fetch lib "${jars[@]}"
  compile
  pack
}

find_jdk() {
  local bin=${JAVA_HOME:+$JAVA_HOME/bin/}
  java=${bin}java
  javac=${bin}javac
  jar=${bin}jar
  type "$java" "$javac" "$jar" >/dev/null 2>&1 ||
    fail "no JDK found: install one, 17 or newer, and put it on the PATH or name it in JAVA_HOME."
  local version
  version=$("$javac" -version 2>&1)
  version=${version#javac }
  version=${version%%[!0-9]*}
  [ "${version:-0}" -ge 17 ] || fail "the JDK must be 17 or newer, not" \
    "$("$javac" -version 2>&1): put another on the PATH or name it in JAVA_HOME."
}

# Fetches the driver of one database for its user, or all of them for the tests.
add_driver() {
  local driver i
  case ${1:-} in
    "")
      find_jdk
      fetch build/drivers "${drivers[@]}"
      return
      ;;
    postgresql | mariadb | mysql | duckdb) ;;
    *)
      echo "build.sh: there is no driver $1: name postgresql, mariadb, mysql or duckdb." >&2
      exit 2
      ;;
  esac
  for ((i = 0; i < ${#drivers[@]}; i += 2)); do
    driver=${drivers[i]}
    case $driver in
      *:"$1"*)
        find_jdk
        fetch lib "$driver" "${drivers[i + 1]}"
        build
        driver=${driver#*:}
        echo "The jars now find lib/${driver/:/-}.jar."
        ;;
    esac
  done
}

# Every jar is in the folder afterwards, with the right sum.
fetch() {
  local folder=$1 coordinate sum file
  shift
  mkdir -p "$folder"
  while [ $# -gt 0 ]; do
    coordinate=$1
    sum=$2
    shift 2
    file=$folder/$(cut -d: -f2,3 <<<"$coordinate" | tr : -).jar
    [ -f "$file" ] || fetch_jar "$coordinate" "$file"
    [ "$(sha256 "$file")" = "$sum" ] || fail "$file is not what it should be" \
      "(its SHA-256 sum differs): remove it and run this again."
  done
}

fetch_jar() {
  command -v mvn >/dev/null || fail "$2 is missing, and so is the mvn command to fetch it:" \
    "install Maven, or put that file ($1) there by hand."
  echo "Fetching ${2##*/}"
  rm -rf build/fetched
  mvn -B -q dependency:copy "-Dartifact=$1" "-DoutputDirectory=$PWD/build/fetched" \
    >build.log 2>&1 || {
    cat build.log >&2
    rm -f build.log
    fail "mvn could not fetch $1: put $2 there by hand, or try again."
  }
  rm -f build.log
  mv "build/fetched/${2##*/}" "$2"
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi |
    cut -d' ' -f1
}

compile() {
  rm -rf build/main
  mkdir -p build/main/powerball
  find src -name '*.java' -exec "$javac" "-J$quick" --release 17 -Xlint:all -Werror \
    -d build/main {} +
  cp -R src/powerball/names src/powerball/page build/main/powerball/
}

# A jar for each program. They find the drivers in lib/, beside the folder that they are in.
pack() {
  local packages=build/main/powerball driver
  {
    echo "Enable-Native-Access: ALL-UNNAMED" # or JDK 24 and later print a warning
    echo "Class-Path: "
    for driver in lib/*.jar; do
      case $driver in
        */junit-*) ;;
        *) driver=${driver//%/%25}; echo "  ../${driver// /%20}" ;; # goes on with the line above
      esac
    done
  } >build/manifest
  make_jar server powerball.Server $packages/Server*.class $packages/names $packages/page
  make_jar ingest powerball.ingest.Ingest $packages/ingest $packages/database $packages/terminal
  make_jar winners powerball.winners.Winners $packages/winners $packages/database $packages/terminal
}

# Makes build/NAME.jar with a main class, of files and folders below build/main.
make_jar() {
  local file=build/$1.jar main_class=$2 part parts=()
  shift 2
  for part in "$@"; do
    parts+=(-C build/main "${part#build/main/}")
  done
  "$jar" "-J$quick" --create --file "$file" --manifest build/manifest \
    --main-class "$main_class" "${parts[@]}"
}

demo() {
  local out url db=powerball_data.db
  out=$(mktemp -d)
  "$java" -jar build/server.jar --port 0 >"$out/server.log" 2>&1 &
  local server=$!
  # shellcheck disable=SC2064 # the values of now: the trap outlives this function
  trap "kill $server 2>/dev/null || true; rm -rf '$out'" EXIT
  until url=$(sed -n 's|^Serving tickets on \(http://.*\)/.*|\1|p' "$out/server.log") &&
    [ -n "$url" ]; do
    kill -0 "$server" 2>/dev/null || fail "the server did not start: $(cat "$out/server.log")"
    sleep 0.1
  done
  # Seeds: a second demo stores nothing, and shows the same.
  "$java" -jar build/ingest.jar "${1:-1000}" --seed 42 --url "$url" --db "$db"
  if command -v sqlite3 >/dev/null; then
    echo
    sqlite3 -header -column "$db" 'SELECT first_name, last_name, city, state,
      powerball_1 AS p1, powerball_2 AS p2, powerball_3 AS p3, powerball_4 AS p4,
      powerball_5 AS p5, powerball_number AS powerball
      FROM powerball_results ORDER BY transaction_id LIMIT 5'
  else
    echo "Install sqlite3 to look at them:" \
      "sqlite3 $db 'SELECT * FROM powerball_results LIMIT 5'"
  fi
  echo
  "$java" -jar build/winners.jar --seed 42 --db "$db"
}

compile_tests() {
  rm -rf build/test
  mkdir -p build/test/META-INF/services
  find test -name '*.java' -exec "$javac" "-J$quick" --release 17 -Xlint:all -Werror \
    -cp "build/main${separator}lib/*" -d build/test {} +
  # JUnit looks here for the class that it reports to.
  echo powerball.tools.Report \
    >build/test/META-INF/services/org.junit.platform.launcher.TestExecutionListener
}

# Runs a class beside the tests that has a main method.
run_tool() {
  "$java" "$native" -cp "build/main${separator}build/test${separator}lib/*" "powerball.$1"
}

# The file of a class of tests, in any folder below test: test/powerball/ServerTest.java.
file_of() {
  find test -name "${1%%#*}.java"
}

# Reports a mistyped name at once, not after everything has been compiled.
check_names() {
  local name file
  for name in "$@"; do
    file=$(file_of "$name")
    [ -n "$file" ] || fail "there is no ${name%%#*}.java in test/:" \
      "name a class of tests, like IngestTest, or a method, like TicketTest#ballsAreFair."
    case $name in
      *#*) has_method "$file" "${name#*#}" || fail "there is no method ${name#*#} in $file." ;;
    esac
  done
}

# Whether a class of tests, or one that it extends, has a method.
has_method() {
  local file=$1 parent
  while [ -n "$file" ]; do
    ! grep -q " void $2(" "$file" || return 0
    parent=$(sed -n 's/^[a-z][a-z ]* [A-Z][A-Za-z]* extends \([A-Za-z]*\).*/\1/p' "$file")
    file=$(file_of "$parent")
  done
  return 1
}

# Runs the tests, all or those that are named. Report prints what happens as it happens; JUnit's own
# output goes into a file. The last line is "N passed, N failed", with ", N skipped" if any were.
run_tests() {
  local status=0 fresh=() selection=() name file class method
  for name in "$@"; do
    case $name in
      *#*) method=${name#*#} ;; # with all its parameters
      *) method='.*' ;;
    esac
    for file in $(file_of "$name"); do
      class=${file#test/}
      class=${class%.java}
      class=${class//\//.}
      selection+=(--select-class "$class" --include-methodname "${class//./[.]}#$method")
    done
  done
  [ $# -gt 0 ] || {
    selection=(--scan-class-path build/test)
    echo "The whole suite takes about $suite_minutes minutes on two idle cores."
  }
  # Most tests wait for a process: five classes at once keep two cores busy. Messages are looked
  # for in English.
  local options=("$quick" -XX:+UseSerialGC -Duser.language=en "$native"
    -jar lib/junit-platform-console-standalone-*.jar execute
    --disable-banner --disable-ansi-colors --details=tree --fail-if-no-tests
    --config junit.jupiter.execution.parallel.enabled=true
    --config junit.jupiter.execution.parallel.mode.default=same_thread
    --config junit.jupiter.execution.parallel.mode.classes.default=concurrent
    --config junit.jupiter.execution.parallel.config.executor-service=WORKER_THREAD_POOL
    --config junit.jupiter.execution.parallel.config.strategy=fixed
    --config junit.jupiter.execution.parallel.config.fixed.parallelism=5
    --class-path "build/main${separator}build/test${separator}$(echo lib/sqlite-jdbc-*.jar)")
  # A shell that runs this in the background, or nohup, hands down ignored signals, and the tests
  # send them.
  ! env --default-signal=INT,HUP true 2>/dev/null ||
    fresh=(env --default-signal=INT --default-signal=HUP)
  # Report writes on stderr, JUnit on stdout.
  { ${fresh[@]+"${fresh[@]}"} "$java" "${options[@]}" "${selection[@]}" >build/test.log; } 2>&1 ||
    status=1

  local passed failed skipped
  passed=$(count 'tests successful')
  failed=$(($(count 'tests failed') + $(count 'containers failed')))
  skipped=$(($(count 'tests skipped') + $(count 'tests aborted') + $(count 'containers aborted')))
  echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
  [ "$status" -eq 0 ] && [ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
}

# A figure from the summary of the test run, 0 if there is none.
count() {
  sed -n "s/^\[ *\([0-9]*\) $1 *\].*/\1/p" build/test.log | awk '{ n = $1 } END { print n + 0 }'
}

bench() {
  rm -rf build/bench
  # With JUnit, as the class Postgres of the tests throws its exception where a tool is missing.
  "$java" -cp "build/main${separator}build/test${separator}lib/*" powerball.Bench "$@"
}

main "$@"
