package support;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Injects a {@link MongoServer} into tests. The replica set with one member is started once per run; the other kinds
 * once per class that uses them, because an idle server needs more processor time in two minutes than its start does.
 */
final class Servers implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(Servers.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MongoServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Kind kind = parameter.findAnnotation(On.class).map(On::value).orElse(Kind.REPLICA_SET);
        // A store closes its values when its context ends.
        ExtensionContext owner = switch (kind) {
            case REPLICA_SET -> context.getRoot();
            case OWN -> context;
            default -> ofTheClass(context);
        };
        String key = kind == Kind.OWN ? "own " + parameter.getIndex() : kind.name();
        Deployment deployment =
                owner.getStore(NAMESPACE).computeIfAbsent(key, any -> Deployment.start(kind), Deployment.class);
        MongoServer server = new MongoServer(deployment);
        context.getStore(NAMESPACE).put(server, server);
        return server;
    }

    private static ExtensionContext ofTheClass(ExtensionContext context) {
        ExtensionContext owner = context;
        while (owner.getTestMethod().isPresent()) {
            owner = owner.getParent().orElseThrow();
        }
        return owner;
    }
}
