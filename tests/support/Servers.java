package support;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands a test its {@link MongoServer}. The replica set of one is started once a run; the other
 * kinds once a class that has tests on them, since a server that does nothing needs more of the
 * processor in two minutes than its start does.
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
        // A store closes what it holds when that for which it was made ends.
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
