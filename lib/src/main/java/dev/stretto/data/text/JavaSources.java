package dev.stretto.data.text;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The sources that come with every JDK, without licence headers: a corpus of real code. */
public final class JavaSources {
  private JavaSources() {}

  /**
   * The sources of the JDK that runs this program.
   *
   * @param prefixes modules or packages, for example {@code java.base/java/util/}; none for all
   * @return its {@code .java} files below any of the prefixes
   * @throws UncheckedIOException if this Java has none: one sentence
   */
  public static TextFiles installed(String... prefixes) {
    return of(Path.of(System.getProperty("java.home"), "lib", "src.zip"), prefixes);
  }

  /**
   * Other Java sources.
   *
   * @param path a JDK's {@code lib/src.zip} or a folder
   * @param prefixes beginnings of names; none for all
   * @return its {@code .java} files below any of the prefixes
   * @throws UncheckedIOException if it is not there: one sentence
   */
  public static TextFiles of(Path path, String... prefixes) {
    if (!Files.exists(path)) {
      throw new UncheckedIOException(
          new FileNotFoundException(
              "no Java sources at " + path + ", expected a JDK with its lib/src.zip, not a JRE"));
    }
    return TextFiles.of(path, JavaSources::withoutHeader)
        .select(name -> name.endsWith(".java"))
        .select(name -> prefixes.length == 0 || Stream.of(prefixes).anyMatch(name::startsWith));
  }

  /** Drops the comments before the code, but not a documentation comment without copyright. */
  static String withoutHeader(String source) {
    String rest = source.stripLeading();
    while (rest.startsWith("//") || rest.startsWith("/*")) {
      String mark = rest.startsWith("//") ? "\n" : "*/";
      int end = rest.indexOf(mark, 2);
      int length = end < 0 ? rest.length() : end + mark.length();
      if (rest.startsWith("/**") && !rest.substring(0, length).contains("Copyright")) {
        return rest;
      }
      rest = rest.substring(length).stripLeading();
    }
    return rest;
  }
}
