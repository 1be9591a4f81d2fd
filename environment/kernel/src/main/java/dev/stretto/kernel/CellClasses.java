package dev.stretto.kernel;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;

/**
 * Loads the classes of the cells and weaves {@link CellHooks} into them. The classes of libraries
 * are not touched and run at full speed.
 */
final class CellClasses extends URLClassLoader {
  private static final ClassDesc HOOKS = ClassDesc.of(CellHooks.class.getName());
  private static final MethodTypeDesc EXIT =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
  private static final MethodTypeDesc RUNTIME_EXIT =
      EXIT.insertParameterTypes(0, ClassDesc.of("java.lang.Runtime"));

  private final Map<String, byte[]> declared = new ConcurrentHashMap<>();
  private final ClassFile classFile =
      ClassFile.of(
          ClassFile.ClassHierarchyResolverOption.of(
              ClassHierarchyResolver.ofResourceParsing(this)));

  CellClasses(ClassLoader parent) {
    super("cells", new URL[0], parent);
  }

  void declare(ClassBytecodes[] classes) {
    for (ClassBytecodes each : classes) {
      declared.put(resource(each.name()), each.bytecodes());
    }
  }

  void addToClasspath(Path path) {
    try {
      addURL(path.toUri().toURL());
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(path + " cannot be put on the classpath", e);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = declared.get(resource(name));
    if (bytes == null) {
      return super.findClass(name);
    }
    byte[] woven = weave(bytes);
    return defineClass(name, woven, 0, woven.length);
  }

  @Override
  public InputStream getResourceAsStream(String name) {
    byte[] bytes = declared.get(name);
    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }

  private static String resource(String className) {
    return className.replace('.', '/') + ".class";
  }

  private byte[] weave(byte[] bytes) {
    return classFile.transformClass(
        classFile.parse(bytes),
        ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(Weaver::new)));
  }

  private static final class Weaver implements CodeTransform {
    private final Set<Label> passed = new HashSet<>();

    @Override
    public void accept(CodeBuilder builder, CodeElement element) {
      switch (element) {
        case LabelTarget label -> passed.add(label.label());
        case BranchInstruction branch when passed.contains(branch.target()) ->
            builder.invokestatic(HOOKS, "check", ConstantDescs.MTD_void);
        case InvokeInstruction call when endsTheJvm(call) -> {
          boolean ofSystem = call.owner().asInternalName().equals("java/lang/System");
          builder.invokestatic(HOOKS, "exit", ofSystem ? EXIT : RUNTIME_EXIT);
          return;
        }
        default -> {}
      }
      builder.with(element);
    }

    private static boolean endsTheJvm(InvokeInstruction call) {
      String name = call.name().stringValue();
      return call.typeSymbol().equals(EXIT)
          && switch (call.owner().asInternalName()) {
            case "java/lang/System" -> name.equals("exit");
            case "java/lang/Runtime" -> name.equals("exit") || name.equals("halt");
            default -> false;
          };
    }
  }
}
