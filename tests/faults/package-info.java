/**
 * What has to be survived: kills, cuts, step-downs, full disks. Mostly in a JVM of its own, against
 * a real server.
 */
package faults;
