package dev.stretto.figures;

import java.lang.reflect.InvocationTargetException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The notebook kernel this JVM is, found by reflection. The four families of Java kernels differ in
 * where the running kernel is kept; all of them publish their own {@code DisplayData}, so a bundle
 * is copied into one.
 */
final class NotebookKernel {
  /** Where a family keeps its running kernel, and its display data class. */
  private record Family(String holder, String accessor, String data) {}

  private static final String JJAVA = "org.dflib.jjava.jupyter.kernel.display.DisplayData";

  private static final List<Family> FAMILIES =
      List.of(
          new Family("org.dflib.jjava.jupyter.kernel.BaseKernel", "notebookKernel", JJAVA),
          new Family("org.dflib.jjava.JJava", "getKernelInstance", JJAVA),
          new Family(
              "io.github.spencerpark.ijava.IJava",
              "getKernelInstance",
              "io.github.spencerpark.jupyter.kernel.display.DisplayData"),
          new Family(
              "org.rapaio.jupyter.kernel.MainApp",
              "kernel",
              "org.rapaio.jupyter.kernel.display.DisplayData"));

  private final Object kernel;
  private final Class<?> data;

  private NotebookKernel(Object kernel, Class<?> data) {
    this.kernel = kernel;
    this.data = data;
  }

  /**
   * The running kernel; asked anew each time, since a kernel may start after the first question.
   */
  static Optional<NotebookKernel> find() {
    Set<ClassLoader> loaders = new LinkedHashSet<>();
    loaders.add(Thread.currentThread().getContextClassLoader());
    loaders.add(NotebookKernel.class.getClassLoader());
    loaders.add(ClassLoader.getSystemClassLoader());
    loaders.remove(null);
    for (Family family : FAMILIES) {
      for (ClassLoader loader : loaders) {
        try {
          Class<?> holder = Class.forName(family.holder(), true, loader);
          Object kernel = running(holder, family.accessor());
          if (kernel != null) {
            Class<?> data = Class.forName(family.data(), true, holder.getClassLoader());
            return Optional.of(new NotebookKernel(kernel, data));
          }
        } catch (ReflectiveOperationException | LinkageError absent) {
          // not this family, or not through this loader
        }
      }
    }
    return Optional.empty();
  }

  private static Object running(Class<?> holder, String accessor)
      throws ReflectiveOperationException {
    return accessor.equals("kernel")
        ? holder.getField(accessor).get(null)
        : holder.getMethod(accessor).invoke(null);
  }

  /** The bundle as the kernel's own display data. */
  Object displayData(Map<String, Object> bundle) {
    return attempt(
        () -> {
          Object display =
              data.getConstructors().length > 0
                  ? data.getConstructor().newInstance()
                  : data.getMethod("fromText", String.class).invoke(null, "");
          var put = data.getMethod("putData", String.class, Object.class);
          for (Map.Entry<String, Object> entry : bundle.entrySet()) {
            put.invoke(display, entry.getKey(), entry.getValue());
          }
          return display;
        });
  }

  /** Whether a value is this kernel's own display data, as {@link Show#rendered} gives it. */
  boolean owns(Object value) {
    return data.isInstance(value);
  }

  /** Publishes the kernel's own display data. */
  void publish(Object display) {
    attempt(() -> kernel.getClass().getMethod("display", data).invoke(kernel, display));
  }

  private interface Attempt {
    Object run() throws ReflectiveOperationException;
  }

  private static Object attempt(Attempt call) {
    try {
      return call.run();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(
          "the notebook kernel refused an output: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of the notebook kernel shows outputs in an unknown way: "
              + Objects.requireNonNullElse(e.getMessage(), e.toString()),
          e);
    }
  }
}
