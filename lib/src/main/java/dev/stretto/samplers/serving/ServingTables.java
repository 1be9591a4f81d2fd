package dev.stretto.samplers.serving;

import dev.stretto.samplers.serving.ServingReport.Reorder;
import dev.stretto.samplers.serving.ServingReport.Segment;
import dev.stretto.samplers.serving.ServingReport.Served;
import dev.stretto.samplers.serving.SlotCompactor.Move;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The tables of a {@link ServingReport}. */
final class ServingTables {
  private ServingTables() {}

  static Table requests(ServingReport report) {
    List<Served> rows = report.served();
    return Table.create(
        report.scheduler(),
        longs("request", rows, s -> s.request().id()),
        ints("prompt", rows, s -> s.request().promptLength()),
        ints("tokens", rows, s -> s.tokens().size()),
        doubles("arrival", rows, s -> s.request().arrival()),
        doubles("start", rows, Served::start),
        doubles("finish", rows, Served::finish),
        ints("joinIteration", rows, Served::joinIteration),
        ints("finishIteration", rows, Served::finishIteration),
        doubles("latency", rows, Served::latency),
        doubles("relativeLatency", rows, s -> s.failed() ? Double.NaN : s.relativeLatency()),
        strings("outcome", rows, s -> s.failed() ? s.failure() : "finished"));
  }

  static Table summary(List<ServingReport> rows) {
    return Table.create(
        "serving",
        strings("scheduler", rows, ServingReport::scheduler),
        ints("requests", rows, r -> r.served().size()),
        ints("failed", rows, r -> (int) r.served().stream().filter(Served::failed).count()),
        ints("iterations", rows, ServingReport::iterations),
        longs("slotSteps", rows, ServingReport::slotSteps),
        longs("tokens", rows, ServingReport::tokens),
        doubles("usefulShare", rows, ServingReport::usefulShare),
        doubles("makespan", rows, ServingReport::makespan),
        doubles("meanLatency", rows, ServingReport::meanLatency),
        doubles("p95Latency", rows, ServingReport::p95Latency),
        doubles("tokensPerSecond", rows, ServingReport::tokensPerSecond),
        doubles("meanOverlap", rows, ServingReport::meanOverlap),
        ints("moves", rows, ServingReport::moves),
        ints("peakSlots", rows, ServingReport::peakSlots),
        longs("peakPositions", rows, ServingReport::peakPositions));
  }

  static Table gantt(ServingReport report) {
    List<Segment> rows = report.segments();
    return Table.create(
        report.scheduler(),
        longs("request", rows, Segment::request),
        ints("slot", rows, Segment::slot),
        ints("start", rows, Segment::from),
        ints("end", rows, Segment::to),
        strings("event", rows, Segment::event));
  }

  static Table slotMap(Reorder reorder) {
    Set<Integer> sources = reorder.moves().stream().map(Move::from).collect(Collectors.toSet());
    Set<Integer> targets = reorder.moves().stream().map(Move::to).collect(Collectors.toSet());
    Table map =
        Table.create(
            "reorder before iteration " + reorder.iteration(),
            StringColumn.create("phase"),
            IntColumn.create("slot"),
            StringColumn.create("request"),
            StringColumn.create("state"));
    phase(map, "before", reorder.before(), sources);
    phase(map, "after", reorder.after(), targets);
    return map;
  }

  private static void phase(Table map, String phase, List<Long> tenants, Set<Integer> moved) {
    for (int slot = 0; slot < tenants.size(); slot++) {
      boolean free = tenants.get(slot) == ServingReport.FREE;
      map.stringColumn("phase").append(phase);
      map.intColumn("slot").append(slot);
      map.stringColumn("request").append(free ? "free" : tenants.get(slot).toString());
      map.stringColumn("state").append(free ? "free" : moved.contains(slot) ? "moved" : "live");
    }
  }

  private static <T> IntColumn ints(String name, List<T> rows, ToIntFunction<T> value) {
    return IntColumn.create(name, rows.stream().mapToInt(value).toArray());
  }

  private static <T> LongColumn longs(String name, List<T> rows, ToLongFunction<T> value) {
    return LongColumn.create(name, rows.stream().mapToLong(value).toArray());
  }

  private static <T> DoubleColumn doubles(String name, List<T> rows, ToDoubleFunction<T> value) {
    return DoubleColumn.create(name, rows.stream().mapToDouble(value).toArray());
  }

  private static <T> StringColumn strings(String name, List<T> rows, Function<T, String> value) {
    return StringColumn.create(name, rows.stream().map(value).toList());
  }
}
