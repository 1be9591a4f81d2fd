package dev.stretto.figures;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Methods of the library as text, from the sources that its jar carries. */
final class MethodSource {
  private static final int MOST_LINES = 25;

  private MethodSource() {}

  /** The text of a method, without the comment before it, from the first column on. */
  static String of(Class<?> owner, String method, int overload) {
    Map<String, List<String>> methods = methods(file(owner), owner.getSimpleName());
    List<String> found = methods.getOrDefault(method, List.of());
    if (overload < 0 || overload >= found.size()) {
      throw new IllegalArgumentException(
          found.isEmpty()
              ? "%s has no method '%s'; there are %s"
                  .formatted(owner.getSimpleName(), method, String.join(", ", methods.keySet()))
              : "%s has %d methods '%s', so there is no number %d"
                  .formatted(owner.getSimpleName(), found.size(), method, overload));
    }
    String text = found.get(overload).stripIndent().strip();
    long lines = text.lines().count();
    if (lines > MOST_LINES) {
      throw new IllegalArgumentException(
          "%s.%s has %d lines, at most %d can be read beside an equation: split it"
              .formatted(owner.getSimpleName(), method, lines, MOST_LINES));
    }
    return text;
  }

  private static String file(Class<?> owner) {
    String path =
        "/META-INF/sources/%s.java".formatted(owner.getNestHost().getName().replace('.', '/'));
    try (InputStream file = owner.getResourceAsStream(path)) {
      if (file == null) {
        throw new IllegalArgumentException(
            "the source of %s is not in its jar: the library carries those of papers and samplers"
                .formatted(owner.getName()));
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The methods of a class, name to texts in the order of the file. */
  private static Map<String, List<String>> methods(String source, String owner) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var file =
        new SimpleJavaFileObject(
            URI.create("string:///Source.java"), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public String getCharContent(boolean ignoreErrors) {
            return source;
          }
        };
    JavacTask task =
        (JavacTask) compiler.getTask(null, null, d -> {}, List.of(), null, List.of(file));
    var positions = Trees.instance(task).getSourcePositions();
    try {
      for (CompilationUnitTree unit : task.parse()) {
        new TreeScanner<Void, String>() {
          @Override
          public Void visitClass(ClassTree type, String outer) {
            return super.visitClass(type, type.getSimpleName().toString());
          }

          @Override
          public Void visitMethod(MethodTree method, String type) {
            if (type.equals(owner)) {
              int start = (int) positions.getStartPosition(unit, method);
              int line = source.lastIndexOf('\n', start) + 1;
              int end = (int) positions.getEndPosition(unit, method);
              String name = method.getName().toString().replace("<init>", type);
              methods
                  .computeIfAbsent(name, _ -> new ArrayList<>())
                  .add(source.substring(line, end));
            }
            return super.visitMethod(method, type);
          }
        }.scan(unit, "");
      }
      return methods;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
