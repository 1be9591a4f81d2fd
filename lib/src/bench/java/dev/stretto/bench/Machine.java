package dev.stretto.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/** What the benchmark runs on. */
final class Machine {
  private Machine() {}

  /** The processor's name where the system tells it, else its architecture. */
  static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /** The most heap that survived a collection while it was open: what the work holds. */
  static final class LiveHeap implements AutoCloseable {
    private final AtomicLong most = new AtomicLong();
    private final NotificationListener listener =
        (notification, _) -> {
          var data = notification.getUserData();
          if (data instanceof CompositeData composite) {
            note(GarbageCollectionNotificationInfo.from(composite));
          }
        };

    LiveHeap() {
      ManagementFactory.getGarbageCollectorMXBeans()
          .forEach(gc -> ((NotificationEmitter) gc).addNotificationListener(listener, null, null));
    }

    private void note(GarbageCollectionNotificationInfo info) {
      long used =
          info.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
              .filter(pool -> !pool.getKey().contains("Code") && !pool.getKey().contains("Meta"))
              .filter(pool -> !pool.getKey().contains("Compressed"))
              .map(Map.Entry::getValue)
              .mapToLong(MemoryUsage::getUsed)
              .sum();
      most.accumulateAndGet(used, Math::max);
    }

    /** Bytes, 0 where nothing was collected yet. */
    long bytes() {
      return most.get();
    }

    @Override
    public void close() {
      for (var gc : ManagementFactory.getGarbageCollectorMXBeans()) {
        try {
          ((NotificationEmitter) gc).removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
