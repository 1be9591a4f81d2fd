package dev.stretto.profilers;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import dev.stretto.samplers.batching.BatchSizeOptimizer.Probe;
import dev.stretto.samplers.batching.BinShape;
import dev.stretto.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ObjIntConsumer;

/**
 * Memory of the process or the device. The peak of a piece of work is the growth of the process's
 * high-water mark, which the kernel keeps to the page and which is set back before; freed memory is
 * handed back first ({@code malloc_trim}), or what the allocator kept of an earlier, larger step
 * would hide this one.
 *
 * <pre>{@code
 * MemoryProfiler.peak(() -> trainingStep(model, batch))          // bytes
 * var probe = MemoryProfiler.probe(400L << 20, (shape, size) -> trainingStep(model, shape, size));
 * BatchSizeOptimizer.of(probe).search(bins)
 * }</pre>
 *
 * <p>Arrays under a manager can be counted exactly, but miss what only the engine holds, such as
 * what a gradient graph keeps of arrays that were closed: a leak test counts arrays, a budget uses
 * the peak.
 */
public final class MemoryProfiler {
  private MemoryProfiler() {}

  /** {@return resident memory of the process, heap included; absent but on Linux} */
  public static OptionalLong resident() {
    return status("VmRSS:");
  }

  private static OptionalLong deviceBytes() {
    return Tensors.device().isGpu()
        ? OptionalLong.of(CudaUtils.getGpuMemory(Tensors.device()).getUsed())
        : OptionalLong.empty();
  }

  private static OptionalLong status(String field) {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * The most memory that a piece of work takes beyond what was in use before: of the process, or on
   * a GPU of the device (there what the engine's allocator reserved). Repeat it once before: the
   * first run of a kind also pays for libraries and compiled code.
   *
   * @param work run once
   * @return bytes, 0 or more; throws UnsupportedOperationException where the system does not tell
   */
  public static long peak(Runnable work) {
    trim();
    OptionalLong device = deviceBytes();
    if (device.isPresent()) {
      work.run();
      InterleavedTimer.synchroniseDevice();
      return Math.max(0, deviceBytes().getAsLong() - device.getAsLong());
    }
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // high-water mark := resident
    } catch (IOException e) {
      throw new UnsupportedOperationException(
          "peak memory needs /proc/self/clear_refs, which Linux has", e);
    }
    long before = resident().orElseThrow();
    work.run();
    return Math.max(0, status("VmHWM:").orElseThrow() - before);
  }

  /** Hands freed memory back to the system, so that it is not mistaken for use. */
  @SuppressWarnings("restricted")
  private static void trim() {
    if (Tensors.device().isGpu()) {
      JniUtils.emptyCudaCache();
      return;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> trim = linker.defaultLookup().find("malloc_trim");
    try {
      if (trim.isPresent()) {
        var signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
        int _ = (int) linker.downcallHandle(trim.get(), signature).invokeExact(0L);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("malloc_trim failed", e);
    }
  }

  /**
   * Whether a batch fits a memory budget, for the batch-size search: both of two runs must.
   *
   * @param budget bytes, above 0
   * @param step a training step on so many artificial cuts of one shape
   * @return a probe
   */
  public static Probe probe(long budget, ObjIntConsumer<BinShape> step) {
    return (shape, size) -> {
      for (int run = 0; run < 2; run++) {
        if (peak(() -> step.accept(shape, size)) > budget) {
          return false;
        }
      }
      return true;
    };
  }
}
