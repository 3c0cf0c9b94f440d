# Sourced by the launcher and by the tests' java: finds a JDK that Omega Flock runs on.

readonly OMEGA_FLOCK_JDK=21

# jdk_feature HOME: prints the feature release of the JDK in HOME, or nothing when there is no JDK.
jdk_feature() {
  local version=
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9.]*\).*/\1/p' "$1/release" | head -n 1)
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*version "\([0-9.]*\).*/\1/p')
  fi
  case $version in
    1.*) version=${version#1.} ;;
  esac
  printf '%s' "${version%%.*}"
}

# jdk_of_path: prints the home of the java on the PATH with its links followed, or nothing.
jdk_of_path() {
  local java link
  java=$(command -v java) || return 0
  while [ -L "$java" ]; do
    link=$(readlink "$java")
    case $link in
      /*) java=$link ;;
      *) java=$(dirname "$java")/$link ;;
    esac
  done
  dirname "$(dirname "$java")"
}

# find_jdk: prints the home of a JDK that is new enough: JAVA_HOME, the PATH, else the newest in the usual places.
find_jdk() {
  local home feature best= best_feature=$((OMEGA_FLOCK_JDK - 1))
  for home in "${JAVA_HOME:-}" "$(jdk_of_path)"; do
    [ -n "$home" ] || continue
    feature=$(jdk_feature "$home")
    if [ "${feature:-0}" -ge "$OMEGA_FLOCK_JDK" ]; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  for home in \
      "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_21_X64:-}" \
      /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/openjdk* /opt/java/* /opt/jdk* /opt/*jdk* \
      "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -d "$home" ] || continue
    feature=$(jdk_feature "$home")
    if [ "${feature:-0}" -gt "$best_feature" ]; then
      best=$home
      best_feature=$feature
    fi
  done
  [ -n "$best" ] || return 1
  printf '%s\n' "$best"
}
