package dev.stretto.kernel;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.util.PathsHandler;

/** The line magics that IJava has and that make sense here; each stands at a line's beginning. */
final class Magics {
  private static final String KNOWN =
      "%classpath PATH..., %jars GLOB..., %load FILE, %maven GROUP:ARTIFACT:VERSION..., %mavenRepo"
          + " ID URL";

  private final Cells cells;
  private final List<String> repositories = new ArrayList<>();

  Magics(Cells cells) {
    this.cells = cells;
  }

  /**
   * Runs one line.
   *
   * @return the value of a loaded file's last expression, or {@code null}
   */
  Object run(String line) throws CellFailure {
    List<String> words = List.of(line.strip().substring(1).strip().split("\\s+"));
    List<String> arguments = words.subList(1, words.size());
    if (arguments.isEmpty()) {
      throw failure(line.strip() + " is not a magic with what it needs; known are " + KNOWN);
    }
    switch (words.getFirst()) {
      case "classpath", "jars" -> addPaths(arguments);
      case "load" -> {
        return load(String.join(" ", arguments));
      }
      case "maven", "addMavenDependency", "dependency" ->
          addPaths(List.of((String) cells.call(() -> resolve(arguments))));
      case "mavenRepo" -> repositories.add(arguments.getLast());
      default -> throw failure("there is no magic %" + words.getFirst() + "; known are " + KNOWN);
    }
    return null;
  }

  private void addPaths(List<String> arguments) throws CellFailure {
    for (String argument : arguments) {
      List<Path> paths = PathsHandler.splitAndResolveGlobs(argument);
      for (Path path : paths) {
        if (!Files.exists(path)) {
          throw failure(path + " does not exist, so it was not put on the classpath");
        }
        cells.addToClasspath(path.toAbsolutePath());
      }
      if (paths.isEmpty()) {
        throw failure(argument + " matches no file");
      }
    }
  }

  private Object load(String name) throws CellFailure {
    Path file = null;
    for (String ending : List.of("", ".jshell", ".jsh", ".java", ".ipynb")) {
      Path candidate = Path.of(name + ending);
      if (file == null && Files.isRegularFile(candidate)) {
        file = candidate;
      }
    }
    if (file == null) {
      throw failure("there is no file " + Path.of(name).toAbsolutePath() + " to load");
    }
    try {
      String text = Files.readString(file);
      if (!file.toString().endsWith(".ipynb")) {
        return cells.run(text, file.getFileName().toString()).value();
      }
      Object value = null;
      int number = 0;
      for (JsonElement cell :
          JsonParser.parseString(text).getAsJsonObject().getAsJsonArray("cells")) {
        JsonObject object = cell.getAsJsonObject();
        number++;
        if (object.get("cell_type").getAsString().equals("code")) {
          value =
              cells
                  .run(source(object.get("source")), file.getFileName() + " cell " + number)
                  .value();
        }
      }
      return value;
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw failure(file + " could not be read: " + e.getMessage());
    }
  }

  private static String source(JsonElement source) {
    if (source.isJsonPrimitive()) {
      return source.getAsString();
    }
    var text = new StringBuilder();
    source.getAsJsonArray().forEach(line -> text.append(line.getAsString()));
    return text.toString();
  }

  /** Has Maven resolve the artifacts; runs where it can be interrupted. */
  private String resolve(List<String> artifacts)
      throws CellFailure, IOException, InterruptedException {
    Path folder = Files.createTempDirectory("stretto-maven");
    Path pom = Files.writeString(folder.resolve("pom.xml"), pom(artifacts));
    Path log = folder.resolve("log.txt");
    Path found = folder.resolve("classpath.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  System.getProperty("os.name").startsWith("Windows") ? "mvn.cmd" : "mvn",
                  "-B",
                  "-q",
                  "-f",
                  pom.toString(),
                  "dependency:build-classpath",
                  "-Dmdep.outputFile=" + found,
                  "-Dmdep.includeScope=runtime")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw failure("%maven needs the command mvn on the path: " + e.getMessage());
    }
    try {
      if (process.waitFor() != 0) {
        String reason =
            Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("[ERROR]"))
                .findFirst()
                .orElse("see " + log);
        throw failure("Maven did not resolve " + String.join(", ", artifacts) + ": " + reason);
      }
      return Files.readString(found).strip();
    } finally {
      process.destroy();
    }
  }

  private String pom(List<String> artifacts) throws CellFailure {
    var pom =
        new StringBuilder("<project><modelVersion>4.0.0</modelVersion><groupId>cell</groupId>");
    pom.append("<artifactId>cell</artifactId><version>1</version><repositories>");
    for (int i = 0; i < repositories.size(); i++) {
      pom.append("<repository><id>cell").append(i).append("</id><url>");
      pom.append(repositories.get(i)).append("</url></repository>");
    }
    pom.append("</repositories><dependencies>");
    for (String artifact : artifacts) {
      String[] parts = artifact.split(":", -1);
      if (parts.length < 3) {
        throw failure(artifact + " is not of the form GROUP:ARTIFACT:VERSION");
      }
      pom.append("<dependency><groupId>").append(parts[0]).append("</groupId><artifactId>");
      pom.append(parts[1]).append("</artifactId><version>").append(parts[parts.length - 1]);
      pom.append("</version></dependency>");
    }
    return pom.append("</dependencies></project>").toString();
  }

  private static CellFailure failure(String message) {
    return new CellFailure("MagicException", message, List.of());
  }
}
