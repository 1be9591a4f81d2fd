import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Formats the sources with google-java-format, run by the build under JDK 25: {@code java
 * Format.java check|write DIRECTORY...}. {@code check} fails and names the files; {@code mvn
 * process-sources -N -Dformat.mode=write} mends them.
 */
class Format {
  public static void main(String[] arguments) throws Exception {
    boolean write = arguments[0].equals("write");
    var formatter = new Formatter(JavaFormatterOptions.defaultOptions());
    List<Path> unformatted = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      try (var files = Files.walk(Path.of(arguments[i]))) {
        for (Path file : files.filter(Format::isSource).sorted().toList()) {
          String source = Files.readString(file);
          String formatted =
              formatter.formatSource(
                  RemoveUnusedImports.removeUnusedImports(
                      ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.GOOGLE)));
          if (source.equals(formatted)) {
            continue;
          }
          unformatted.add(file);
          if (write) {
            Files.writeString(file, formatted);
          }
        }
      }
    }
    if (!write && !unformatted.isEmpty()) {
      unformatted.forEach(file -> System.err.println("not formatted: " + file));
      System.err.println("run: mvn -N process-sources -Dformat.mode=write");
      System.exit(1);
    }
  }

  private static boolean isSource(Path file) {
    String path = file.toString().replace('\\', '/');
    return path.endsWith(".java") && !path.contains("/target/");
  }
}
