package dev.stretto.figures;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/**
 * Stand-ins for the Java kernels, compiled from source under the kernels' names and seen through
 * the thread's class loader only. They have the public members that the real ones have (checked
 * against jjava-jupyter 1.0-a6, IJava 1.3.0 and rapaio 3.0.4) and write down what they publish.
 */
final class FakeKernel implements AutoCloseable {
  private static final String DATA =
      """
      package %s;
      public class DisplayData {
        private final java.util.Map<String, Object> data = new java.util.LinkedHashMap<>();
        %s DisplayData() {}
        public static DisplayData fromText(String text) {
          DisplayData made = new DisplayData();
          made.data.put("text/plain", text);
          return made;
        }
        public void putData(String type, Object value) { data.put(type, value); }
        @Override public String toString() { return data.toString(); }
      }
      """;

  private static final String RAPAIO_KERNEL =
      """
      package org.rapaio.jupyter.kernel;
      import org.rapaio.jupyter.kernel.display.DisplayData;
      public class MainApp {
        public static MainApp kernel = new MainApp();
        public final java.util.List<String> log = new java.util.ArrayList<>();
        public void display(DisplayData data) { log.add("display " + data); }
      }
      """;

  private final Path folder;
  private final URLClassLoader loader;
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final String kernel;
  private final String data;
  private final String field;

  private FakeKernel(String kernel, String data, String field, Map<String, String> sources)
      throws Exception {
    this.kernel = kernel;
    this.data = data;
    this.field = field;
    folder = Files.createTempDirectory("kernel");
    List<String> files = new ArrayList<>(List.of("-proc:none", "-d", folder.toString()));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = folder.resolve(source.getKey().replace('.', '/') + ".java");
      Files.createDirectories(file.getParent());
      Files.writeString(file, source.getValue());
      files.add(file.toString());
    }
    int status =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, files.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException("the stand-in does not compile");
    }
    loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(loader);
  }

  static FakeKernel of(String family) throws Exception {
    return switch (family) {
      case "jjava" ->
          jupyter(
              "org.dflib.jjava.jupyter.kernel",
              "BaseKernel",
              "notebookKernel",
              "org.dflib.jjava.jupyter");
      case "old jjava" ->
          jupyter("org.dflib.jjava", "JJava", "getKernelInstance", "org.dflib.jjava.jupyter");
      case "ijava" ->
          jupyter(
              "io.github.spencerpark.ijava",
              "IJava",
              "getKernelInstance",
              "io.github.spencerpark.jupyter");
      default -> {
        String data = "org.rapaio.jupyter.kernel.display";
        yield new FakeKernel(
            "org.rapaio.jupyter.kernel.MainApp",
            data + ".DisplayData",
            "kernel",
            Map.of(
                data + ".DisplayData",
                DATA.formatted(data, "protected"),
                "org.rapaio.jupyter.kernel.MainApp",
                RAPAIO_KERNEL));
      }
    };
  }

  private static FakeKernel jupyter(String room, String name, String accessor, String base)
      throws Exception {
    String data = base + ".kernel.display";
    return new FakeKernel(
        room + "." + name,
        data + ".DisplayData",
        "running",
        Map.of(
            data + ".DisplayData", DATA.formatted(data, "public"),
            room + "." + name, source(room, name, accessor, data)));
  }

  private static String source(String room, String name, String accessor, String data) {
    return """
      package %1$s;
      public class %2$s {
        public static Object running = new %2$s();
        public static Object %3$s() { return running; }
        public final java.util.List<String> log = new java.util.ArrayList<>();
        public void display(%4$s.DisplayData data) { log.add("display " + data); }
      }
      """
        .formatted(room, name, accessor, data);
  }

  private Object running() throws ReflectiveOperationException {
    return loader.loadClass(kernel).getField(field).get(null);
  }

  @SuppressWarnings("unchecked")
  List<String> log() throws ReflectiveOperationException {
    return (List<String>) running().getClass().getField("log").get(running());
  }

  Class<?> displayData() throws ReflectiveOperationException {
    return loader.loadClass(data);
  }

  void stop() throws ReflectiveOperationException {
    loader.loadClass(kernel).getField(field).set(null, null);
  }

  @Override
  public void close() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    loader.close();
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
